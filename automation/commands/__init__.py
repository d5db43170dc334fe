"""What each command of the command line does: options in, a result out, errors raised."""
