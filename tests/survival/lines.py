"""The thirty things that must be survived, and the tests of each: look here first.

Each line is a title and its tests in this folder, as `module::function`. The bound that a line
names is the deadline of its test; what was measured is printed:

    python -m pytest -rP tests/survival | grep '^line'
"""

from __future__ import annotations

LINES: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "`while True: pass`: the prompt is back within 0.5 s, names and transaction are kept",
        ("test_interrupts::test_an_endless_loop_ends_and_names_and_transaction_stay",),
    ),
    2: (
        "`while True: print(1)` for 3 s: the same, memory grows < 20 MB, >= 5 repaints",
        (
            "test_damage::test_a_flood_ends_by_the_first_press",
            "test_damage::test_a_flood_leaves_memory_flat_and_the_screen_alive",
        ),
    ),
    3: (
        "`print('a' * 50_000_000)`: within 1 s, cut with its true length",
        (
            "test_damage::test_a_very_long_text_is_cut_with_its_length",
            "test_damage::test_what_was_cut_is_said_with_its_size",
        ),
    ),
    4: (
        "what looks at signals ends by the first Ctrl-C, a loop in C by the second; it is told",
        (
            "test_interrupts::test_what_looks_at_signals_ends_by_the_first_press",
            "test_interrupts::test_a_question_of_the_code_ends_by_the_first_press",
            "test_interrupts::test_a_loop_in_c_ends_by_the_second_press_and_the_rung_is_told",
            "test_interrupts::"
            "test_a_loop_in_c_that_collects_ends_by_the_second_press_or_by_its_memory",
        ),
    ),
    5: (
        "a recursive CTE over 10^9 rows: interrupted within 0.5 s, then rollback works",
        ("test_interrupts::test_a_running_statement_ends_and_the_session_can_roll_back",),
    ),
    6: (
        "`except BaseException: pass` for ever: the kernel is replaced, names are back",
        ("test_interrupts::test_what_swallows_every_interrupt_ends_with_the_kernel",),
    ),
    7: (
        "`os._exit`, SIGKILL, a segmentation fault: told, and replayed without the line",
        ("test_deaths::test_the_end_of_the_kernel_is_told_and_the_names_come_back",),
    ),
    8: (
        "recursion: a few lines with the limit, the memory limit without",
        (
            "test_deaths::test_an_endless_recursion_is_told_in_a_few_lines",
            "test_deaths::test_a_recursion_without_limit_ends_by_its_memory",
        ),
    ),
    9: (
        "`bytearray(8 << 30)`: MemoryError, and the kernel lives",
        ("test_deaths::test_too_much_memory_is_an_error_and_the_kernel_lives",),
    ),
    10: (
        "`exit()` and its family, `help()`, `breakpoint()`: an answer, and nothing is lost",
        (
            "test_damage::test_leaving_python_is_answered_and_what_was_printed_stays",
            "test_damage::test_what_wants_a_terminal_is_given_one",
        ),
    ),
    11: (
        "streams and builtins damaged: the next input works",
        ("test_damage::test_damage_lasts_until_the_next_input",),
    ),
    12: (
        "a thread that prints for ever: above the prompt, `[late]`, ended by `:restart`",
        (
            "test_damage::test_a_thread_that_prints_is_heard_late_and_ended_by_a_restart",
            "test_damage::test_late_output_stands_above_the_prompt",
            "test_damage::test_in_line_mode_late_output_stands_above_the_next_prompt",
        ),
    ),
    13: (
        "processes of the learner's own: no second prompt, no hang at the end",
        ("test_deaths::test_what_the_code_starts_ends_with_the_tutor",),
    ),
    14: (
        "SIGINT ignored: the ladder works",
        ("test_interrupts::test_ignoring_the_signal_does_not_switch_the_ladder_off",),
    ),
    15: (
        "a hostile `__repr__`: the panel within 50 ms, nothing sent",
        ("test_looking::test_a_hostile_repr_bounds_the_panel_and_sends_nothing",),
    ),
    16: (
        "looking sends nothing and changes nothing",
        ("test_looking::test_a_look_sends_nothing_and_changes_nothing",),
    ),
    17: (
        "a class mapped twice: refused with a reason, the first one works",
        (
            "test_looking::test_a_class_mapped_twice_is_refused_and_the_first_one_works",
            "test_looking::test_a_class_mapped_twice_is_followed_by_advice",
        ),
    ),
    18: (
        "engine and session rebound, deleted, closed, doubled, broken: panels say so",
        ("test_looking::test_panels_and_commands_survive_what_is_done_to_the_session",),
    ),
    19: (
        "schema changes are shown; files of others are refused with an explanation",
        (
            "test_looking::test_what_changes_the_schema_is_shown",
            "test_looking::test_files_of_others_are_refused_with_an_explanation",
            "test_looking::test_a_bare_file_name_is_the_kernels_own",
        ),
    ),
    20: (
        "strange source, a paste of 1 MB, control characters",
        (
            "test_damage::test_strange_source_is_run_or_refused_clearly",
            "test_damage::test_a_megabyte_can_be_pasted",
            "test_damage::test_what_steers_a_terminal_is_shown_and_not_sent",
        ),
    ),
    21: (
        "wide and combining characters align",
        ("test_damage::test_wide_and_combining_characters_keep_the_columns",),
    ),
    22: (
        "the window changes at any moment, to 20x5 and back",
        ("test_screen::test_a_window_may_change_while_code_prints_and_while_names_are_completed",),
    ),
    23: (
        "the kernel cannot start: exit code 3 and the reason",
        ("test_deaths::test_a_kernel_that_cannot_start_is_told_with_its_reason",),
    ),
    24: (
        "the tutor is killed: no child is left after 2 s",
        ("test_deaths::test_nothing_outlives_a_tutor_that_is_killed",),
    ),
    25: (
        "two at once: the progress file stays whole",
        ("test_environment::test_of_two_at_once_the_second_says_that_it_does_not_write",),
    ),
    26: (
        "no disk to write: the session goes on with one warning",
        (
            "test_environment::"
            "test_where_nothing_can_be_written_the_session_goes_on_with_one_warning",
            "test_environment::test_on_a_full_disk_the_session_goes_on_with_one_warning",
        ),
    ),
    27: (
        "clock, hash seed, locale, encoding: the same verdicts",
        ("test_environment::test_the_verdicts_depend_on_nothing_around_them",),
    ),
    28: (
        "undo after harm equals a fresh run",
        ("test_interrupts::test_undo_after_harm_equals_a_fresh_run",),
    ),
    29: (
        "`ormtutor check`: the same twice, in any order, side by side",
        ("test_environment::test_lessons_are_true_twice_in_any_order_and_side_by_side",),
    ),
    30: (
        "Ctrl-C fifty times at random moments: never leaves, never a traceback of ours",
        ("test_screen::test_ctrl_c_at_random_moments_never_leaves",),
    ),
}
