"""What finance, support and engineers look at: the published marts, one question a page."""
