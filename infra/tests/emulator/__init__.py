"""The real program, deployed to an emulator of AWS and visited there.

The emulator checks neither Lambda's permissions nor the table's write cap, alarms, dashboard,
access logs and traces. Other tests check those as data.
"""
