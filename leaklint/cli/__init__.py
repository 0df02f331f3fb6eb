"""The command line: `leaklint [check]`, `explain`, `library`. Click decides what was asked, the other rooms do it."""
