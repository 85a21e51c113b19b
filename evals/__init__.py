"""Cases, scorers, tasks, runner, baselines, benchmarks and the sample firm. Imported by nothing."""
