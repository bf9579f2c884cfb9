#include "backtest/bars/bar_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace acts::backtest {

BarBlocks::BarBlocks(std::vector<std::unique_ptr<BarReader>> readers) {
  sources_.reserve(readers.size());
  for (std::unique_ptr<BarReader>& reader : readers) sources_.push_back({.reader = std::move(reader)});
}

Result<void> BarBlocks::fill(Source& source) {
  const Result<bool> there = source.reader->next(source.bar);
  if (!there) return std::unexpected(there.error());
  source.has_bar = *there;
  return {};
}

Result<bool> BarBlocks::next(BarBlock& block) {
  block.clear();
  if (!has_begun_) {
    has_begun_ = true;
    for (Source& source : sources_) {
      if (Result<void> filled = fill(source); !filled) return std::unexpected(filled.error());
    }
  }
  while (block.steps() < kSteps) {
    const Result<bool> added = add_step(block);
    if (!added) return std::unexpected(added.error());
    if (!*added) break;
  }
  return block.steps() > 0;
}

Result<bool> BarBlocks::add_step(BarBlock& block) {
  const Source* first = nullptr;
  for (const Source& source : sources_) {
    if (source.has_bar && (first == nullptr || source.bar.open_time < first->bar.open_time)) first = &source;
  }
  if (first == nullptr) return false;
  const UnixNanos open_time = first->bar.open_time;
  const UnixNanos close_time = first->bar.close_time;
  for (Source& source : sources_) {
    if (!source.has_bar || source.bar.open_time >= close_time) continue;
    if (source.bar.open_time != open_time || source.bar.close_time != close_time) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("a bar of instrument {} from {} to {} overlaps one from {} to {}: all bars of a run have "
                              "one interval",
                              source.bar.instrument.value(), to_iso8601(source.bar.open_time),
                              to_iso8601(source.bar.close_time), to_iso8601(open_time), to_iso8601(close_time)));
    }
    block.add(source.bar);
    if (Result<void> filled = fill(source); !filled) return std::unexpected(filled.error());
  }
  block.end_step();
  return true;
}

Result<void> run_block(BarRun& run, const BarBlock& block, std::size_t from, std::size_t to) {
  if (run.instrument_count() == 1) return run.step_each(block.bars(from, to));
  for (std::size_t i = from; i < to; ++i) {
    if (Result<void> stepped = run.step(block.step(i)); !stepped) return stepped;
  }
  return {};
}

}  // namespace acts::backtest
