"""Everybody with a name: who can sign in, and who works here.

Owns the words person, agent, team, level, shift, presence, notification. Agents are people with a profile of their work;
customers are people too, and what makes them customers stands in `accounts`.
"""
