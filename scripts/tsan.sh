#!/usr/bin/env bash
# The test-suites in which threads meet, under clang's thread sanitizer; the pure rooms have none.
source "$(dirname "$0")/lib.sh"
readonly suites=(net net_loopback store store_durability live live_threads exchange_server collect_exchange collect_run
  collect_reload collector_faults cut_off_run disk_trouble alerts cli program)
configure tsan
compile tsan "${suites[@]/#/test_}"
# DuckDB comes compiled without the sanitizer: what its threads hand each other looks like a race to it.
readonly with_duckdb=(Backtest.OfTheCatalog CatalogFeatures ProgramBars ProgramCatalog ProgramExport ProgramFormats
  ProgramKilledImport ProgramPlot ProgramSweep.MakesParquet ProgramSweep.TellsTheBest)
# A backtest is one thread's until its files are synced: the suites that begin and end one go on, those that vary what
# is between do not. Sweeps have threads of their own.
readonly of_one_thread=(ProgramBacktestProofs ProgramBacktestFeatures ProgramBacktestData ProgramBacktestGaps
  ProgramStoredFeatures ProgramReportRows Backtest.Puts Backtest.Keeps Backtest.OfAnExport Backtest.OfManyDays)
readonly left_out=("${with_duckdb[@]}" "${of_one_thread[@]}")
# The other venue's of the same name have the same threads, and each takes half a minute that nothing goes beside.
readonly twins=(spot_tls spot_cut spot_lost usdm_plain usdm_recorded usdm_two_lines)
suite tsan -R "^($(IFS='|'; echo "${suites[*]}")):" \
  -E "^program:($(IFS='|'; echo "${left_out[*]}"))|StoresWhatAReplayGives.*/($(IFS='|'; echo "${twins[*]}"))"
