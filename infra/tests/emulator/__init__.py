"""The real program, deployed to an emulator of AWS and visited there.

What the emulator takes without a look is proven elsewhere: Lambda's permissions, the table's write
cap, the alarms and the dashboard, access logs and traces.
"""
