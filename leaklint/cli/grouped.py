"""Help in sections: what an option is about decides where it stands."""

import click

SECTIONS: dict[str, tuple[str, ...]] = {
    "Which rules": ("select", "ignore", "extend_select", "per_file_ignores", "extend_per_file_ignores", "category",
                    "min_severity", "exceptions", "extend_rules"),
    "Which files": ("exclude", "extend_exclude", "force_exclude", "respect_gitignore", "stdin_filename", "shard"),
    "What is known": ("baseline", "write_baseline", "add_ignores", "diff_base"),
    "Mending": ("fix", "unsafe_fixes", "diff", "fix_only", "show_fixes", "exit_non_zero_on_fix"),
    "Output": ("output_format", "output_file", "statistics", "exit_zero", "color", "quiet", "verbose", "watch"),
    "Settings": ("configs", "isolated", "show_settings", "show_files"),
}  # fmt: skip
"""Section -> the options in it; what is in none stands under "Other"."""


class GroupedCommand(click.Command):
    """A command whose options are listed in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One list per section, in the order of the options."""
        home = {name: section for section, names in SECTIONS.items() for name in names}
        listed: dict[str, list[tuple[str, str]]] = {section: [] for section in (*SECTIONS, "Other")}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                listed[home.get(parameter.name or "", "Other")].append(record)
        for section, records in listed.items():
            if records:
                with formatter.section(section):
                    formatter.write_dl(records)
