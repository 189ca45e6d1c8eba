"""The commands of `emograph`, one file each; `emograph.cli` joins them."""
