"""Everything anybody can do here, by name. The policy table says who may; a route without an Action stops the start."""

from enum import StrEnum


class Action(StrEnum):
    """One thing that can be done."""

    # The house itself.
    READ_PUBLIC = "read_public"
    USE_STYLEGUIDE = "use_styleguide"
    READ_JOURNAL = "read_journal"
    # Accounts.
    REGISTER = "register"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    KEEP_OWN_ACCOUNT = "keep_own_account"
    SHOW_SECOND_FACTOR = "show_second_factor"
    INVITE_MEMBER = "invite_member"
    CHANGE_MEMBERSHIP = "change_membership"
    # Municipalities.
    FOUND_MUNICIPALITY = "found_municipality"
    CHANGE_MUNICIPALITY = "change_municipality"
    # Rounds.
    PLAN_ROUND = "plan_round"
    SEE_DRAFT_ROUND = "see_draft_round"
    WALK_STEP = "walk_step"
    CANCEL_ROUND = "cancel_round"
    SAVE_BLUEPRINT = "save_blueprint"
    # Proposals.
    START_PROPOSAL = "start_proposal"
    EDIT_PROPOSAL = "edit_proposal"
    SUBMIT_PROPOSAL = "submit_proposal"
    WITHDRAW_PROPOSAL = "withdraw_proposal"
    DISCARD_DRAFT = "discard_draft"
    SEE_OWN_PROPOSALS = "see_own_proposals"
    ANSWER_CO_AUTHOR_INVITATION = "answer_co_author_invitation"
    ENTER_FOR_CITIZEN = "enter_for_citizen"
    IMPORT_PROPOSALS = "import_proposals"
    # Screening.
    SEE_SCREENING = "see_screening"
    CHECK_PROPOSAL = "check_proposal"
    ASSESS_PROPOSAL = "assess_proposal"
    SIGN_ASSESSMENT = "sign_assessment"
    NOTE_ON_PROPOSAL = "note_on_proposal"
    DECLARE_INTEREST = "declare_interest"
    RELEASE_ASSESSMENTS = "release_assessments"
    APPEAL_ASSESSMENT = "appeal_assessment"
    DECIDE_ASSESSMENT_APPEAL = "decide_assessment_appeal"
    SUGGEST_MERGE = "suggest_merge"
    ANSWER_MERGE = "answer_merge"
    DECIDE_CONFLICT = "decide_conflict"
    FREEZE_BALLOT_LIST = "freeze_ballot_list"
    # Support.
    SUPPORT_PROPOSAL = "support_proposal"
    PRINT_SIGNATURE_SHEET = "print_signature_sheet"
    ENTER_SIGNATURE_SHEET = "enter_signature_sheet"
    # Deliberation.
    COMMENT = "comment"
    EDIT_COMMENT = "edit_comment"
    DELETE_COMMENT = "delete_comment"
    ENDORSE_COMMENT = "endorse_comment"
    ANSWER_OFFICIALLY = "answer_officially"
    # Moderation.
    REPORT = "report"
    RULE = "rule"
    SEE_REPORTS = "see_reports"
    APPEAL_RULING = "appeal_ruling"
    DECIDE_RULING_APPEAL = "decide_ruling_appeal"
    EXPORT_RULINGS = "export_rulings"
    # Notices.
    FOLLOW = "follow"
    # Uploads.
    UPLOAD_FILE = "upload_file"
    SEE_UNPUBLISHED_FILE = "see_unpublished_file"
    # Roll.
    IMPORT_ROLL = "import_roll"
    SEE_ROLL = "see_roll"
    PRINT_LETTERS = "print_letters"
    HELP_AT_DESK = "help_at_desk"
    PROVE_RESIDENCE = "prove_residence"
    # The vote.
    VOTE = "vote"
    READ_VOTE = "read_vote"
    PREPARE_VOTE = "prepare_vote"
    OPEN_VOTE = "open_vote"
    MOVE_CLOSE = "move_close"
    CHANGE_ELECTOR = "change_elector"
    CLOSE_VOTE = "close_vote"
    ANNUL_BALLOT = "annul_ballot"
    SEAL_VOTE = "seal_vote"
    CONFIRM_JOINT_ACT = "confirm_joint_act"
    # Paper.
    HAND_OUT_PAPER = "hand_out_paper"
    ENTER_PAPER = "enter_paper"
    SETTLE_PAPER = "settle_paper"
    CORRECT_PAPER = "correct_paper"
    PLAN_STATIONS = "plan_stations"
    # Results.
    ORDER_COUNT = "order_count"
    DECLARE_RESULT = "declare_result"
    CORRECT_RESULT = "correct_result"
    PREVIEW_RESULT = "preview_result"
    RECORD_COUNCIL_DECISION = "record_council_decision"
    IMPORT_ELECTION = "import_election"
    # The civic budget.
    IMPORT_BUDGET = "import_budget"
    PUBLISH_BUDGET = "publish_budget"
    DESCRIBE_PROGRAMME = "describe_programme"
    # Delivery.
    RECORD_DELIVERY = "record_delivery"
    RECORD_PAYMENT = "record_payment"
    CORRECT_DELIVERY = "correct_delivery"
    AMEND_LINES = "amend_lines"
    END_PROJECT = "end_project"
    TELL_OF_DELIVERY = "tell_of_delivery"
    # Open data.
    # Desks.
    SEE_DESK = "see_desk"
