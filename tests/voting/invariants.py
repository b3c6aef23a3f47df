"""The invariants of the vote, each with the tests that hold it; `test_table.py` sees that none is without.

`both` marks those in which the database matters: at least one of their tests runs on SQLite and on PostgreSQL.
"""

from dataclasses import dataclass

HERE = "tests/voting/test_invariants.py"
PROMISES = "tests/voting/test_promises.py"
ATTACKS = "tests/voting/test_attacks.py"
INSIDERS = "tests/voting/test_insiders.py"
BOX = "tests/voting/test_box.py"
PAPER = "tests/voting/test_paper.py"
DESK = "tests/voting/test_desk.py"
COMING_BACK = "tests/voting/test_coming_back.py"
CORRECTIONS = "tests/voting/test_paper_corrections.py"
RUN_AGAIN = "tests/journeys/test_02_run_again.py"
ENTRANCE = "tests/accounts/test_entrance.py"
FAULTS = "tests/faults/test_burst.py"
PLANNING = "tests/consultation/test_planning.py"
CHAIN = "tests/journal/test_chain.py"


@dataclass(frozen=True)
class Invariant:
    """One thing that is always so."""

    number: int
    promise: str
    tests: tuple[tuple[str, str], ...]
    both: bool = False


def held(number: int, promise: str, *tests: tuple[str, str], both: bool = False) -> Invariant:
    """A line of the table."""
    return Invariant(number, promise, tests, both)


INVARIANTS = (
    held(
        1,
        "A voter has one row in the box under any load.",
        (HERE, "test_parallel_ballots_of_one_voter_are_one_row"),
        both=True,
    ),
    held(
        2,
        "Of twenty claims of one roll entry at once, one wins.",
        (HERE, "test_twenty_parallel_claims_have_one_winner"),
        both=True,
    ),
    held(
        3,
        "At the close every ballot belongs to one entry of the frozen roll.",
        (HERE, "test_every_ballot_belongs_to_one_entry_or_the_close_stops"),
        (INSIDERS, "test_nothing_is_sealed_but_what_was_published_at_the_close"),
        both=True,
    ),
    held(
        4,
        "No row about a person shares a transaction number with a ballot.",
        (HERE, "test_no_row_about_a_person_shares_a_transaction_with_a_ballot"),
    ),
    held(
        5,
        "The ballot table leads to no person, time, address or serial.",
        (HERE, "test_the_ballot_table_has_no_person_time_address_or_serial"),
        (BOX, "test_sqlite_keeps_no_order_in_which_ballots_came_in"),
        (ATTACKS, "test_joining_copies_of_the_database_tells_nobodys_choice"),
        both=True,
    ),
    held(
        6,
        "Nothing lists who voted while the vote is open.",
        (HERE, "test_nothing_lists_who_voted"),
        (COMING_BACK, "test_choices_of_an_expired_pass_come_back_after_a_new_proof"),
    ),
    held(
        7,
        "After the seal the order is the trackers' and no keyed name is left.",
        (HERE, "test_after_the_seal_nothing_leads_back"),
        both=True,
    ),
    held(
        8,
        "The key is in no page, log, database or backup.",
        (HERE, "test_the_key_is_in_no_page_log_or_database"),
        ("tests/foundation/test_backup.py", "test_secrets_are_not_in_a_backup"),
    ),
    held(
        9,
        "Without the right keys the vote answers 503 and writes nothing.",
        (HERE, "test_without_its_key_the_vote_answers_503_and_writes_nothing"),
        (HERE, "test_without_its_signing_key_the_vote_answers_503_and_writes_nothing"),
        (HERE, "test_a_seed_that_is_away_is_noticed_long_before_the_seal_needs_it"),
    ),
    held(
        10,
        "After the key's destruction a ballot is Gone.",
        (HERE, "test_after_the_destruction_there_is_nothing_to_vote_with"),
    ),
    held(
        11,
        "Every published tracker recomputes from its line.",
        (HERE, "test_every_tracker_recomputes_from_its_line"),
        (RUN_AGAIN, "test_a_forged_ballot_is_found_even_with_a_forged_manifest"),
    ),
    held(
        12,
        "The last acknowledged ballot counts.",
        (HERE, "test_the_last_vote_counts_and_a_late_retry_does_not_bring_back_an_old_one"),
        (COMING_BACK, "test_the_letter_opens_its_readers_ballot_again_until_the_close"),
        (COMING_BACK, "test_a_mind_changed_and_changed_back_is_the_ballot_that_counts"),
        both=True,
    ),
    held(
        13,
        "One submission has one tracker however often it comes.",
        (HERE, "test_parallel_ballots_of_one_voter_are_one_row"),
        both=True,
    ),
    held(
        14,
        "A ballot is taken exactly while the database's time is before the end.",
        (HERE, "test_the_deadline_is_the_databases_and_never_comes_back"),
        (BOX, "test_who_waits_at_the_box_past_the_end_is_late"),
        both=True,
    ),
    held(
        15,
        "The state only moves forward, whatever a clock does.",
        (HERE, "test_the_deadline_is_the_databases_and_never_comes_back"),
        (HERE, "test_a_wrong_clock_closes_nothing_for_good"),
        both=True,
    ),
    held(
        16,
        "Rules do not change while the vote is open.",
        (HERE, "test_rules_do_not_change_while_the_vote_is_open"),
        (PLANNING, "test_what_the_present_phase_depends_on_cannot_change"),
        (PLANNING, "test_the_end_of_an_open_vote_is_not_moved_here"),
    ),
    held(
        17,
        "No address, ETag, size or order tells a count before the end.",
        (HERE, "test_no_page_tells_a_count_before_the_end"),
        (PROMISES, "test_no_address_tells_anything_before_the_end"),
        (HERE, "test_turnout_is_in_steps_of_ten_and_once_an_hour"),
    ),
    held(
        18,
        "Cast is counted, replaced and annulled together.",
        (HERE, "test_the_last_vote_counts_and_a_late_retry_does_not_bring_back_an_old_one"),
        (DESK, "test_an_annulment_takes_two_and_deletes_unseen"),
        both=True,
    ),
    held(
        19,
        "A sheet counts after two equal readings by two people.",
        (PROMISES, "test_a_sheet_counts_after_two_equal_readings_by_two_people"),
        (PAPER, "test_differing_readings_are_held_and_equal_ones_count_once"),
        (CORRECTIONS, "test_a_tick_stays_where_its_sheet_may_be_in_the_count_and_after_the_end"),
        both=True,
    ),
    held(
        20,
        "Nobody annuls a ballot alone.",
        (PROMISES, "test_nobody_confirms_what_they_asked_for"),
        (DESK, "test_an_annulment_takes_two_and_deletes_unseen"),
        both=True,
    ),
    held(
        21,
        "The bundle's program gives the result on two Pythons, twenty orders of rows, any hash seed and locale.",
        (RUN_AGAIN, "test_the_same_result_from_a_shell"),
        (RUN_AGAIN, "test_the_same_result_on_other_versions_of_python"),
        (RUN_AGAIN, "test_the_order_of_rows_changes_nothing"),
    ),
    held(
        22,
        "The order that breaks ties recomputes and fits its commitment.",
        (HERE, "test_every_tracker_recomputes_from_its_line"),
        ("tests/journeys/test_14_tie.py", "test_the_seed_decides_and_the_loser_is_told_why"),
        ("tests/journeys/test_14_tie.py", "test_nobody_can_choose_another_winner"),
    ),
    held(
        23,
        "Any edit, deletion or swap in the journal is found.",
        (CHAIN, "test_any_tampering_is_found"),
        (CHAIN, "test_one_changed_letter_of_any_column_is_found"),
    ),
    held(
        24,
        "National ids are in no database, log, backup, mail or file.",
        (PROMISES, "test_national_ids_leave_no_trace_on_the_whole_way"),
        (
            "tests/roll/test_passing_files.py",
            "test_a_roll_that_waits_is_in_no_backup_and_is_deleted_in_the_end",
        ),
        ("tests/roll/test_passing_files.py", "test_a_file_without_headings_is_not_taken_for_one_with_them"),
        ("tests/roll/test_import.py", "test_no_national_id_is_kept_anywhere"),
    ),
    held(
        25,
        "The frozen roll is as it was, or its differences are listed with two names.",
        (HERE, "test_the_frozen_roll_is_what_it_was"),
        (PROMISES, "test_every_difference_of_the_frozen_roll_is_listed_with_two_names"),
        (INSIDERS, "test_a_roll_changed_without_two_names_stops_the_close"),
    ),
    held(
        26,
        "Proof, sign-in and reset answer alike, in the same time, whatever was wrong.",
        (PROMISES, "test_every_failed_proof_costs_and_says_the_same"),
        (PROMISES, "test_asking_for_a_code_tells_nothing_about_the_roll"),
        (ENTRANCE, "test_sign_in_takes_the_same_time_for_unknown_mailboxes"),
        (ENTRANCE, "test_known_and_unknown_mailboxes_cost_the_same_work"),
    ),
    held(
        27,
        "Under kills, crashes, full disks, cut connections and restores nothing is lost, made up or doubled.",
        (FAULTS, "test_killed_workers_lose_nothing"),
        (FAULTS, "test_a_crash_of_postgresql_loses_nothing"),
        (FAULTS, "test_cut_connections_lose_and_double_nothing"),
        (BOX, "test_on_a_full_disk_what_is_acknowledged_is_in_the_box_and_nothing_else"),
        (
            "tests/journeys/test_25_load_and_failure.py",
            "test_a_restore_loses_nothing_that_was_confirmed_before_it",
        ),
        both=True,
    ),
    held(
        28,
        "Erasing an account and registering anew replaces the same ballot.",
        (HERE, "test_erasing_and_registering_anew_replaces_the_same_ballot"),
    ),
    held(
        29,
        "Log lines of the vote carry no person, session or address.",
        (HERE, "test_the_key_is_in_no_page_log_or_database"),
        ("tests/foundation/test_logs.py", "test_nothing_of_a_person_stands_in_the_log"),
    ),
)
