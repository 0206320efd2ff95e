"""Logs of mail servers: who failed, and why, at the end of all attempts.

A line tells of one attempt. A reader joins the lines of one message, holds the last deferral of each
recipient, and gives an outcome where there are no further attempts. Files and streams are read by
`dsnparse.mailboxes`.
"""
