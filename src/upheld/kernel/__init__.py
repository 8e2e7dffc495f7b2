"""What every room may stand on: instants, durations, words, markup from outside, signatures.

Pure: standard library only (``html`` needs nh3 as well), no Django, no database, no clock.
Words owned here: *instant* (whole microseconds since 1970-01-01T00:00Z), *duration* (whole
microseconds). Every room may import this one; it imports none.

Import the modules, not this package: ``from upheld.kernel.durations import HOUR``.
"""
