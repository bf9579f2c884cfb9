# bash completion for acts
_acts() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word
  local commands='demo collect replay recording exchange features rows sinks doctor certificate download import export catalog query bars plot backtest sweep report strategies'
  local shared='--config --log-level --log-format --help --version'
  local venue='--venue --data-dir --rest-url --stream-url --ws-api-url --ca-file --metrics --limit --update-interval --refresh-interval
    --checkpoint-interval --full-book-at --audit-interval --alert-webhook --alert-command --alert-no-data-after --alert-gap-after
    --alert-repeat-interval --bands --streams --duration --record --no-record --symbols --stale-after --connections --lines --log-per-symbol
    --keep-recordings --keep-recordings-bytes --keep-rows --keep-rows-bytes --keep-books --keep-books-bytes --keep-rejected'
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " $commands " in *" $word "*) command=$word; break ;; esac
  done
  local venues='binance-spot binance-usdm' forms='csv json'
  [[ $command != export ]] || venues+=' binance-coinm' forms+=' parquet npz'
  local outs=-d
  [[ $command != report ]] || outs=-f forms='html json csv parquet'
  [[ $command != recording ]] || outs=-f
  case $previous in
    --config | --output | --json | --ca-file | --book | --replay | --faults | --sign-key | --public-key | --benchmark | --sweep) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --data-dir | --tls-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --out) mapfile -t COMPREPLY < <(compgen "$outs" -- "$current"); return ;;
    --log-level) mapfile -t COMPREPLY < <(compgen -W 'trace debug info warn error off' -- "$current"); return ;;
    --log-format) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$current"); return ;;
    --venue) mapfile -t COMPREPLY < <(compgen -W "$venues" -- "$current"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "$forms" -- "$current"); return ;;
    --rows) [[ $command == report ]] || { mapfile -t COMPREPLY < <(compgen -W 'csv json none' -- "$current"); return; } ;;
    --update-interval) mapfile -t COMPREPLY < <(compgen -W '0ms 100ms 250ms 500ms 1000ms' -- "$current"); return ;;
    --speed) mapfile -t COMPREPLY < <(compgen -W '1 10 max' -- "$current"); return ;;
  esac
  case $command in
    '') mapfile -t COMPREPLY < <(compgen -W "$commands $shared" -- "$current") ;;
    replay)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "--venue --symbol --rows --summary --book --bands --limit --stale-after --interval --features --levels --horizons --from --to --origin --data-dir --help" -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
    recording)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--data-dir --venue --symbol --from --to --out --keep-recordings --keep-recordings-bytes --dry-run --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W 'ls cat verify merge latency prune' -- "$current"; compgen -d -- "$current")
      fi
      ;;
    collect | doctor) mapfile -t COMPREPLY < <(compgen -W "$venue --help" -- "$current") ;;
    demo) mapfile -t COMPREPLY < <(compgen -W '--data-dir --help' -- "$current") ;;
    exchange) mapfile -t COMPREPLY < <(compgen -W '--listen --replay --synthetic --speed --original-times --venue --symbols --levels --faults --tls --tls-dir --help' -- "$current") ;;
    rows)
      if [[ $previous == merge || $previous == */* ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W 'ls export merge gaps repair rejected prune --data-dir --venue --symbol --from --to --format --keep-rows --keep-rows-bytes --keep-books --keep-books-bytes --keep-rejected --dry-run --help' -- "$current")
      fi
      ;;
    certificate) mapfile -t COMPREPLY < <(compgen -W 'make check --data-dir --venue --symbol --date --from --partial --sign-key --public-key --help' -- "$current") ;;
    download)
      if [[ $previous == --kind ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'klines aggTrades trades bookDepth bookTicker metrics fundingRate markPriceKlines indexPriceKlines premiumIndexKlines' -- "$current")
      elif [[ $previous == --market ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'spot um cm' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W '--data-dir --kind --market --interval --from --to --base-url --tail --rest-url --ca-file --parallel --dry-run --help' -- "$current")
      fi
      ;;
    import)
      if [[ $previous == --kind ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'klines mark_price_klines index_price_klines premium_index_klines agg_trades trades funding book_updates book_ticker book_depth metrics' -- "$current")
      elif [[ $previous == --market ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'spot um cm' -- "$current")
      elif [[ $previous == --format ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'archive tardis depth-csv candles ccxt recording cryptofeed npz csv' -- "$current")
      elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--data-dir --kind --market --venue --symbol --interval --format --map --tick-size --time-format --replace --max-bad-rows --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
    query) mapfile -t COMPREPLY < <(compgen -W '--data-dir --format --output --explain --memory --spill --help' -- "$current") ;;
    catalog) mapfile -t COMPREPLY < <(compgen -W 'ls describe verify compact --data-dir --format --strict --help' -- "$current") ;;
    export)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--data-dir --format --kind --venue --symbol --interval --origin --from --to --base-latency --output --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
    bars)
      if [[ $previous == --by ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'tick volume dollar tick-imbalance volume-imbalance dollar-imbalance' -- "$current")
      elif [[ $previous == --kind ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'klines mark_price_klines index_price_klines premium_index_klines agg_trades trades' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W '--data-dir --venue --interval --by --size --span --kind --source-interval --origin --fill --store --from --to --format --output --help' -- "$current")
      fi
      ;;
    backtest)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json --out --replay --bar-path --check-determinism --check-lookahead --cuts --scenarios --isolate --isolate-timeout --restore --save-state --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
    sweep)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--output --random --seed --threads --sets-a-pass --isolate --isolate-timeout --capital --risk-free-rate --objective --check-determinism --bar-path --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
    strategies)
      mapfile -t COMPREPLY < <(compgen -W 'avellaneda_stoikov breakout feature_signal funding_carry grid obi sma_cross twap --help' -- "$current"; compgen -f -- "$current")
      ;;
    plot)
      if [[ $previous == --format ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'html svg png' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W 'book rows coverage --data-dir --venue --at --per-cent --columns --from --to --format --output --help' -- "$current")
      fi
      ;;
    report)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--out --format --rows --asset --capital --risk-free-rate --list-from --list-to --benchmark --sweep --map --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
      fi
      ;;
    sinks) mapfile -t COMPREPLY < <(compgen -W 'check --data-dir --help' -- "$current") ;;
    features)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--data-dir --venue --symbol --from --to --origin --store --interval --bands --levels --horizons --limit --stale-after --rows --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -W 'compute' -- "$current"; compgen -f -- "$current")
      fi
      ;;
  esac
}
complete -o filenames -F _acts acts
