#!/usr/bin/env bash
# Do the simulation's checks bite? Breaks a copy of the source in one place at a time, builds it and runs up to SEEDS
# seeds (100): each variant must be found. mutants.sh [NAME…] runs only those named; mutants.sh --check only looks
# whether the source still has each place to break. The copy stays in build/mutants, so that a second run is quick.
source "$(dirname "$0")/lib.sh"
seeds=${SEEDS:-100}
tree=build/mutants/tree
logs=build/mutants
names=(gap_ignored old_snapshot deletion_forgotten minute_number reset_on_reconnect audit_forgets_deletions
  pause_is_no_gap cursor_before_commit mark_is_no_end asks_too_early ban_not_kept ban_forgotten
  stream_ban_not_kept row_not_held book_not_held pause_without_rows halt_unseen suspects_unseen gap_never_healed)
check_only=
if [ "${1:-}" = --check ]; then
  check_only=yes tree=.
  shift
fi
[ $# -eq 0 ] || names=("$@")

# Copies what differs only, so that the build does no more than it must.
refresh() {
  local file
  mkdir -p "$tree"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ -f "$file" ] && ! cmp -s "$file" "$tree/$file" || continue
    mkdir -p "$tree/$(dirname "$file")"
    cp -p "$file" "$tree/$file"
    touch "$tree/$file"
  done
}

# break_source NAME: the variant's one change, or only whether it could be made. Fails if the source no longer has the
# place.
break_source() {
  python3 - "$tree" "$1" "$check_only" <<'PY'
import sys
tree, name, check_only = sys.argv[1:]
variants = {
    # A gap in the ids is taken for what continues.
    "gap_ignored": ("src/binance/depth_sync.cpp",
                    "if (continuity == Continuity::kContinues) return UpdateVerdict::kApply;",
                    "return UpdateVerdict::kApply;"),
    # A snapshot from before the first update that we have, or from before a gap's end, is merged.
    "old_snapshot": ("src/binance/depth_sync.cpp",
                     "if (snapshot < forgotten_upto || snapshot < oldest_usable_) return",
                     "if (snapshot < forgotten_upto) return"),
    # Levels deleted since the snapshot was made come back with it.
    "deletion_forgotten": ("src/market/order_book.cpp",
                           "const std::vector<Price> deleted = deletions_.deleted_after(which, id);",
                           "const std::vector<Price> deleted;"),
    # An audit takes for missing what was deleted since the snapshot was made.
    "audit_forgets_deletions": ("src/market/book_audit.cpp",
                                "const std::vector<Price> deleted = book_.deleted_after(side_, id_);",
                                "const std::vector<Price> deleted;"),
    # After a restart the book of before counts as true.
    "pause_is_no_gap": ("src/binance/book_builder.cpp",
                        "sync_.resume_after_pause(saved.book.last_update_id, now);\n  book_.mark_gap();",
                        "sync_.resume_after_pause(saved.book.last_update_id, now);"),
    # A sink's cursor moves when its rows are read, not when the sink has committed them.
    "cursor_before_commit": ("src/store/outbox.cpp",
                             "    if (!*found) return batch;\n",
                             "    if (!*found) {\n"
                             "      if (!batch.changes.empty()) (void)advance(batch.changes.back());\n"
                             "      return batch;\n    }\n"),
    # What a power cut has left behind the last durable mark is taken for what was received.
    "mark_is_no_end": ("src/recording/durable_part.cpp",
                       "KeptPart{.input = only(log, *part), .lost = cut};",
                       "KeptPart{.input = part->log_bytes > 0 ? log : only(log, *part), .lost = cut};"),
    # After a 429 or 418 a request goes out before the time that the venue has told.
    "asks_too_early": ("src/binance/rate_budget.cpp",
                       "block_until(latest_ + std::min(retry_after, kLongestBlock));",
                       "block_until(latest_ + std::min(retry_after, kLongestBlock) / 2);"),
    # Of a 429 or 418 nothing is left for the next run.
    "ban_not_kept": ("src/collector/rest_desk.cpp", "out_.emplace_back(KeepCooldown{*told});", ""),
    # ... of one that refused a connection.
    "stream_ban_not_kept": ("src/collector/line_pool_trouble.cpp", "out_.emplace_back(KeepCooldown{*told});", ""),
    # What an earlier run has left of one is not obeyed.
    "ban_forgotten": ("src/collector/cooldown.cpp",
                      "return now < left.until ? std::optional(left) : std::nullopt;", "return std::nullopt;"),
    # A row goes to the store before what it was made of is on the disk.
    "row_not_held": ("src/live/held.hpp", "waiting_.front().mark <= progress.durable",
                     "waiting_.front().mark <= (std::is_same_v<T, MinuteRow> ? progress.told : progress.durable)"),
    # A checkpoint is written before its place is on the disk.
    "book_not_held": ("src/live/held.hpp", "waiting_.front().mark <= progress.durable",
                      "waiting_.front().mark <= (std::is_same_v<T, MinuteRow> ? progress.durable : progress.told)"),
    # The first minute without a run has no row.
    "pause_without_rows": ("src/live/missed_minutes.cpp", "std::max(next_multiple(last_stored, kMinute),",
                           "std::max(next_multiple(last_stored, kMinute) + kMinute,"),
    # A snapshot heals no gap: rows stay suspect.
    "gap_never_healed": ("src/binance/depth_sync.cpp",
                         "  gap_open_ = false;\n  lost_ = false;\n", "  lost_ = false;\n"),
    # A halted symbol counts as traded.
    "halt_unseen": ("src/features/quality.cpp",
                    "  if (input.trading == TradingStatus::kHalted) return "
                    "{RowState::kHalted, Reason::kTradingHalted};\n", ""),
    # Suspect levels inside the largest band do not make a row suspect.
    "suspects_unseen": ("src/features/quality.cpp",
                        "  if (input.rests_on_suspects) return {RowState::kSuspect, Reason::kSuspectLevels};\n", ""),
    # Minutes are told apart by their number in the hour.
    "minute_number": ("src/features/minute_clock.cpp",
                      "const std::int64_t count = std::min(missed, 1 + kMaxCatchUp * kMinute / interval_);",
                      "const std::int64_t count = (missed - 1) % 60 + 1;"),
    # A gap, which is what follows a reconnect, throws the book away.
    "reset_on_reconnect": ("src/binance/book_builder.cpp",
                           "  gap_event_time_ = last_event_time_;\n",
                           "  gap_event_time_ = last_event_time_;\n  DepthUpdate none;\n"
                           "  none.first_update_id = none.last_update_id = book_.last_update_id();\n"
                           "  none.scales = book_.scales();\n  book_ = OrderBook(book_.scales());\n"
                           "  book_.apply(none, now);\n"),
}
if name not in variants:
    sys.exit(f"no variant is called {name}; there is {', '.join(variants)}")
file, old, new = variants[name]
path = f"{tree}/{file}"
text = open(path).read()
if text.count(old) != 1:
    sys.exit(f"{name}: {file} has changed: the place to break is there {text.count(old)} times")
if not check_only:
    open(path, "w").write(text.replace(old, new))
PY
}

# survives NAME: whether the tree as it is now passes all seeds.
survives() {
  local log=$logs/$1.log
  "$tree/scripts/build.sh" test_simulation >"$log" 2>&1 || die "$1 does not compile: $log"
  ACTS_SIM_SEEDS=$seeds ACTS_SIM_MOST_FAILED=1 "$tree/build/release/tests/simulation/test_simulation" \
    --gtest_filter='*FindsNothing*' >>"$log" 2>&1
}

if [ -n "$check_only" ]; then
  for name in "${names[@]}"; do break_source "$name"; done
  exit
fi

# Else every variant would be "found" by what is in the source itself.
refresh
survives unbroken || die "the unbroken source does not pass: $logs/unbroken.log"
missed=0
for name in "${names[@]}"; do
  refresh
  break_source "$name"
  log=$logs/$name.log
  if survives "$name"; then
    echo "$name: NOT found by $seeds seeds"
    missed=$((missed + 1))
  else
    finding=$(grep -A1 -m1 '^seed [0-9]' "$log" | tr -s ' \n' ' ' | cut -c1-160)
    [ -n "$finding" ] || die "$name ended without a finding: $log"
    echo "$name: found: $finding"
  fi
done
refresh
[ "$missed" = 0 ]
