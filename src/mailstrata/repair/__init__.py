"""What can be done about findings: a catalogue of fixes, their order, and the automatic ones carried out with proof."""
