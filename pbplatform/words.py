"""The words of the charter: refusals, obstacles, phases, steps, roles. The charter itself is pure and speaks no language."""

from flask_babel import lazy_gettext as _l

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Kind, Obstacle, Phase, Step
from pbplatform.charter.policy import Refusal
from pbplatform.charter.roles import Role

REFUSALS = {
    Refusal.OTHER_MUNICIPALITY: _l("This belongs to another municipality."),
    Refusal.NOT_YOUR_ROLE: _l("This is the work of others: your role here does not include it."),
    Refusal.SIGN_IN: _l("Please sign in first."),
    Refusal.RESIDENT_NEEDED: _l("This is for verified residents. Please confirm first that you live here."),
    Refusal.SECOND_FACTOR: _l("Please confirm with your second factor first."),
    Refusal.BLOCKED: _l("Moderation has paused your contributions for a time. You can still read and vote."),
    Refusal.NOT_YOURS: _l("Only its author can do this."),
    Refusal.OWN_CASE: _l("Nobody decides their own case. Another person must do this."),
    Refusal.WRONG_PHASE: _l("This is not open now."),
    Refusal.WRONG_STATE: _l("This is no longer possible, because things have moved on in the meantime."),
}

OBSTACLES = {
    Obstacle.NO_ENVELOPE: _l("The round has no envelope of money yet."),
    Obstacle.NO_TEXTS: _l("A title or text is missing in one of the municipality’s languages."),
    Obstacle.WINDOWS_INCOMPLETE: _l("Some phases have no dates yet."),
    Obstacle.WINDOWS_OUT_OF_ORDER: _l("The dates of the phases overlap or are out of order."),
    Obstacle.TOO_EARLY: _l("The planned date has not come yet."),
    Obstacle.WINDOW_STILL_OPEN: _l("The planned period is not over yet."),
    Obstacle.NO_SUPPORT_PHASE: _l("This round has no support phase."),
    Obstacle.UNDECIDED_SUPPORT: _l("Signature sheets are still waiting to be entered."),
    Obstacle.UNDECIDED_ASSESSMENTS: _l("Some proposals have not been assessed yet."),
    Obstacle.UNRELEASED_ASSESSMENTS: _l("The results of the assessment have not been published yet."),
    Obstacle.OPEN_APPEALS: _l("Some appeals have not been decided yet."),
    Obstacle.OPEN_CONFLICTS: _l("Some proposals that exclude each other still need a decision."),
    Obstacle.LIST_NOT_FROZEN: _l("The list of projects for the ballot has not been fixed yet."),
    Obstacle.NO_ELIGIBILITY_SOURCE: _l("There is no voter roll yet."),
    Obstacle.NO_TIE_COMMITMENT: _l("The lot that breaks ties has not been committed yet."),
    Obstacle.SECOND_PERSON_NEEDED: _l("A second person must confirm this."),
    Obstacle.KEY_MISSING: _l("The round’s key is missing on the server. Please call the operator."),
    Obstacle.BALLOTS_UNRECONCILED: _l(
        "Some ballots do not match the voter roll. They must be examined first."
    ),
    Obstacle.NOT_SEALED: _l("The ballots have not been sealed yet."),
    Obstacle.NOT_COUNTED: _l("The ballots have not been counted yet."),
    Obstacle.NOT_RECOUNTED: _l("The recount has not confirmed the result yet."),
    Obstacle.NO_BUDGET_LINES: _l("Some funded projects have no budget line yet."),
    Obstacle.UNDELIVERED_PROJECTS: _l(
        "Some projects are neither delivered nor abandoned with a public reason."
    ),
    Obstacle.UNDER_LEGAL_MINIMUM: _l("The period is shorter than the law allows."),
    Obstacle.SHORT_WITHOUT_REASON: _l("A period shorter than usual needs a public reason."),
    Obstacle.NO_DRAFT: _l("There is no draft text yet."),
    Obstacle.UNANSWERED_CONTRIBUTIONS: _l("Some contributions have no answer yet."),
    Obstacle.NO_CANCEL_REASON: _l("Cancelling needs a public reason."),
}

PHASES = {
    Phase.DRAFT: _l("In preparation"),
    Phase.SUBMISSION: _l("Proposals"),
    Phase.SUPPORT: _l("Support"),
    Phase.REVIEW: _l("Assessment"),
    Phase.DISCUSSION: _l("Discussion"),
    Phase.VOTING: _l("Vote"),
    Phase.COUNTING: _l("Count"),
    Phase.RESULTS: _l("Results"),
    Phase.IMPLEMENTATION: _l("Delivery"),
    Phase.OPEN: _l("Open for contributions"),
    Phase.CONSIDERING: _l("Answers in preparation"),
    Phase.REPORTED: _l("Answered"),
    Phase.CLOSED: _l("Completed"),
    Phase.CANCELLED: _l("Cancelled"),
}

STEPS = {
    Step.OPEN_SUBMISSION: _l("Open for proposals"),
    Step.OPEN_SUPPORT: _l("Open the collection of support"),
    Step.OPEN_REVIEW: _l("Begin the assessment"),
    Step.OPEN_DISCUSSION: _l("Open the discussion"),
    Step.OPEN_VOTING: _l("Open the vote"),
    Step.CLOSE_VOTING: _l("Close the vote"),
    Step.DECLARE: _l("Declare the result"),
    Step.ADOPT: _l("Adopt into the budget"),
    Step.CLOSE: _l("Complete the round"),
    Step.OPEN_CONSULTATION: _l("Open the consultation"),
    Step.CLOSE_CONSULTATION: _l("End the consultation"),
    Step.REPORT: _l("Publish the answers"),
    Step.CANCEL: _l("Cancel the round"),
}

ROLES = {
    Role.VISITOR: _l("Visitor"),
    Role.CITIZEN: _l("Citizen"),
    Role.RESIDENT: _l("Verified resident"),
    Role.OFFICER: _l("Officer"),
    Role.REVIEWER: _l("Department reviewer"),
    Role.COUNCILLOR: _l("Councillor"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.ASSOCIATION: _l("Association staff"),
    Role.OPERATOR: _l("Operator"),
}

KINDS = {
    Kind.BUDGETING: _l("Participatory budget"),
    Kind.CONSULTATION: _l("Public consultation"),
}

ACTIONS = {
    # The house itself.
    Action.READ_PUBLIC: _l("Read what is public"),
    Action.USE_STYLEGUIDE: _l("Look at the style guide"),
    Action.READ_JOURNAL: _l("Read the journal of decisions"),
    # Accounts.
    Action.REGISTER: _l("Open an account"),
    Action.SIGN_IN: _l("Sign in"),
    Action.SIGN_OUT: _l("Sign out"),
    Action.KEEP_OWN_ACCOUNT: _l("Look after one’s own account"),
    Action.SHOW_SECOND_FACTOR: _l("Confirm with a second factor"),
    Action.INVITE_MEMBER: _l("Invite colleagues"),
    Action.CHANGE_MEMBERSHIP: _l("Give and take roles"),
    # Municipalities.
    Action.FOUND_MUNICIPALITY: _l("Found a municipality"),
    Action.CHANGE_MUNICIPALITY: _l("Change the municipality’s settings"),
    # Rounds.
    Action.PLAN_ROUND: _l("Plan a round"),
    Action.SEE_DRAFT_ROUND: _l("See a round in preparation"),
    Action.WALK_STEP: _l("Move a round to its next phase"),
    Action.CANCEL_ROUND: _l("Cancel a round"),
    Action.SAVE_BLUEPRINT: _l("Keep the plan of a round as a blueprint"),
    # Proposals.
    Action.START_PROPOSAL: _l("Begin a proposal"),
    Action.EDIT_PROPOSAL: _l("Change one’s own proposal"),
    Action.SUBMIT_PROPOSAL: _l("Submit a proposal"),
    Action.WITHDRAW_PROPOSAL: _l("Withdraw one’s own proposal"),
    Action.DISCARD_DRAFT: _l("Throw one’s own draft away"),
    Action.SEE_OWN_PROPOSALS: _l("See one’s own proposals"),
    Action.ANSWER_CO_AUTHOR_INVITATION: _l("Become a co-author"),
    Action.ENTER_FOR_CITIZEN: _l("Enter a proposal for somebody at the town hall"),
    Action.IMPORT_PROPOSALS: _l("Take proposals over from a file"),
    # Screening.
    Action.SEE_SCREENING: _l("See the screening of proposals"),
    Action.CHECK_PROPOSAL: _l("Check a proposal formally and send it to departments"),
    Action.ASSESS_PROPOSAL: _l("Assess a proposal"),
    Action.SIGN_ASSESSMENT: _l("Sign or return an assessment"),
    Action.NOTE_ON_PROPOSAL: _l("Write an internal note on a proposal"),
    Action.DECLARE_INTEREST: _l("Declare a conflict of interest"),
    Action.RELEASE_ASSESSMENTS: _l("Publish the results of the assessment"),
    Action.APPEAL_ASSESSMENT: _l("Appeal against a refusal"),
    Action.DECIDE_ASSESSMENT_APPEAL: _l("Decide an appeal against a refusal"),
    Action.SUGGEST_MERGE: _l("Suggest that two proposals join"),
    Action.ANSWER_MERGE: _l("Agree or not that one’s own proposal joins another"),
    Action.DECIDE_CONFLICT: _l("Decide whether two proposals exclude each other"),
    Action.FREEZE_BALLOT_LIST: _l("Fix the list of projects for the ballot"),
    # Support.
    Action.SUPPORT_PROPOSAL: _l("Support a proposal"),
    Action.PRINT_SIGNATURE_SHEET: _l("Print a signature sheet"),
    Action.ENTER_SIGNATURE_SHEET: _l("Enter a signature sheet"),
    # Deliberation.
    Action.COMMENT: _l("Comment on a proposal"),
    Action.EDIT_COMMENT: _l("Change a comment"),
    Action.DELETE_COMMENT: _l("Delete a comment"),
    Action.ENDORSE_COMMENT: _l("Agree with a comment"),
    Action.ANSWER_OFFICIALLY: _l("Answer for the municipality"),
    # Moderation.
    Action.REPORT: _l("Report something that breaks the rules"),
    Action.SEE_REPORTS: _l("See the queue of moderation"),
    Action.RULE: _l("Decide a report"),
    Action.APPEAL_RULING: _l("Appeal against a ruling"),
    Action.DECIDE_RULING_APPEAL: _l("Decide an appeal against a ruling"),
    Action.EXPORT_RULINGS: _l("Export the log of moderation"),
    # Notices.
    Action.FOLLOW: _l("Follow what happens and choose how to hear of it"),
    # Uploads.
    Action.UPLOAD_FILE: _l("Add a photo or document"),
    Action.SEE_UNPUBLISHED_FILE: _l("See files before they are public"),
    # Roll.
    Action.IMPORT_ROLL: _l("Import the voter roll"),
    Action.SEE_ROLL: _l("See the state of the voter roll"),
    Action.PRINT_LETTERS: _l("Print letters with voting codes"),
    Action.HELP_AT_DESK: _l("Help voters at the desk"),
    Action.PROVE_RESIDENCE: _l("Prove that one lives here"),
    # The vote.
    Action.VOTE: _l("Vote"),
    Action.READ_VOTE: _l("Read how the vote is going and how it is protected"),
    Action.PREPARE_VOTE: _l("Prepare a vote"),
    Action.OPEN_VOTE: _l("Open a vote, two persons together"),
    Action.MOVE_CLOSE: _l("Move the end of a vote, two persons together"),
    Action.CHANGE_ELECTOR: _l("Correct the frozen voter roll, two persons together"),
    Action.CLOSE_VOTE: _l("Close a vote whose time is over"),
    Action.ANNUL_BALLOT: _l("Annul a ballot unseen, two persons together"),
    Action.SEAL_VOTE: _l("Seal the ballots, two persons together"),
    Action.CONFIRM_JOINT_ACT: _l("Confirm what a colleague asked for"),
    # Paper.
    Action.HAND_OUT_PAPER: _l("Hand out paper ballots"),
    Action.ENTER_PAPER: _l("Enter paper ballots"),
    Action.SETTLE_PAPER: _l("Settle paper ballots that were read differently"),
    Action.CORRECT_PAPER: _l("Take back a tick or a paper ballot that was entered wrongly"),
    Action.PLAN_STATIONS: _l("Set up places for paper ballots"),
    # Results.
    Action.ORDER_COUNT: _l("Count the ballots, and count them again"),
    Action.DECLARE_RESULT: _l("Declare the result"),
    Action.CORRECT_RESULT: _l("Correct a declared result by a new count with a public reason"),
    Action.PREVIEW_RESULT: _l("See the count before it is declared"),
    Action.RECORD_COUNCIL_DECISION: _l("Record the council’s decision"),
    Action.IMPORT_ELECTION: _l("Bring in past elections from public files"),
    # The civic budget.
    Action.IMPORT_BUDGET: _l("Bring in a budget file"),
    Action.PUBLISH_BUDGET: _l("Publish a version of the budget"),
    Action.DESCRIBE_PROGRAMME: _l("Explain a budget programme in plain words"),
    # Delivery.
    Action.RECORD_DELIVERY: _l("Record contracts and milestones of a project"),
    Action.RECORD_PAYMENT: _l("Record a payment for a project"),
    Action.CORRECT_DELIVERY: _l("Correct what was recorded about a project"),
    Action.AMEND_LINES: _l("Let the budget lines follow a corrected result"),
    Action.END_PROJECT: _l("Declare a project delivered or abandoned"),
    Action.TELL_OF_DELIVERY: _l("Publish news of a project’s delivery"),
    # Open data.
    # Desks.
    Action.SEE_DESK: _l("See the desk with one’s work"),
}
"""What people do, as the charter and the journal name it; a new Action needs its words here."""

WORDS = (ACTIONS, REFUSALS, OBSTACLES, PHASES, STEPS, ROLES, KINDS)
