"""Parts of generated modules that know networks; a module carries copies of what they define."""
