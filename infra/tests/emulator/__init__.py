"""The real program, deployed to an emulator of AWS and visited there.

The emulator checks neither Lambda's permissions nor the table's write cap, alarms, dashboard,
access logs and traces. It speaks no TLS, asks no web ACL, and never switches an API's own URL off.
Other tests check those as data.
"""
