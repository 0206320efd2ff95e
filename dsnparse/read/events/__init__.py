"""Events of mail services (Amazon SES, SendGrid, Mailgun, Postmark, SparkPost): who failed, and why.

What the services call things is data. Files and streams of events are read by `dsnparse.mailboxes.events`.
"""
