"""The lab's AWS: the gate in front (signatures, key state, policies), IAM and STS, and the emulator behind."""
