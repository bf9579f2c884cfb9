#include "store/row_merger.hpp"

#include <chrono>
#include <utility>

#include "store/row_merge.hpp"

namespace acts {
namespace {

constexpr std::size_t kMergeBatch = 1000;

}  // namespace

Result<void> RowMerger::add(MinuteRow row) {
  const auto key = std::tuple(row.venue(), row.symbol(), row.sample_time());
  // What a row of the same key is to be compared with must be there.
  if (keys_.contains(key)) {
    if (Result<void> written = finish(); !written) return written;
  }
  const auto known =
      ours_->rows({row.venue(), row.symbol(), row.sample_time(), row.sample_time() + std::chrono::milliseconds{1}});
  if (!known) return std::unexpected(known.error());
  if (known->empty()) {
    ++counts_.added;
  } else {
    const Choice choice = choose(known->front(), row, ours_->schema());
    if (choice == Choice::kSame) return ++counts_.same, Result<void>();
    if (choice == Choice::kFirst && !replaces_) return ++counts_.kept, Result<void>();
    ++counts_.taken;
  }
  batch_.push_back(std::move(row));
  keys_.insert(key);
  return batch_.size() < kMergeBatch ? Result<void>() : finish();
}

Result<void> RowMerger::finish() {
  Result<void> done = ours_->upsert(batch_);
  batch_.clear();
  keys_.clear();
  return done;
}

}  // namespace acts
