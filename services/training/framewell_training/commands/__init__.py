"""What calls and jobs ask for; facts reach `handlers`."""
