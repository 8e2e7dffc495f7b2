"""Where mail comes in by itself: SMTP and LMTP, providers' webhooks, files of many mails. Each says yes only once it is stored.

`upheld fetch` goes and gets mail instead: that is `mail/fetching`.
"""
