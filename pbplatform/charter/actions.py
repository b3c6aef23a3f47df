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
    # Screening.
    # Support.
    # Deliberation.
    # Moderation.
    # Notices.
    FOLLOW = "follow"
    # Uploads.
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
    PLAN_STATIONS = "plan_stations"
    # Results.
    # The civic budget.
    # Delivery.
    # Open data.
    # Desks.
    SEE_DESK = "see_desk"
