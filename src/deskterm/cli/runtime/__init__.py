"""What every command line call shares: context, options, output, exit codes, argv."""
