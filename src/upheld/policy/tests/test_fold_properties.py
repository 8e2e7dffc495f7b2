"""What holds of the fold for any clause and any history."""

from __future__ import annotations

from hypothesis import given, settings

from upheld.policy.tests.histories import SECONDS, Story, stories


@settings(max_examples=1500, deadline=None)
@given(stories())
def test_the_fold_is_what_one_sees_who_looks_at_the_clock_every_quarter_of_an_hour(story: Story) -> None:
    assert story.folded() == story.expected()


@settings(max_examples=100, deadline=None)
@given(stories(windows=(SECONDS,), longest=6))
def test_the_fold_is_what_one_sees_who_looks_at_the_clock_every_second(story: Story) -> None:
    assert story.folded() == story.expected()
