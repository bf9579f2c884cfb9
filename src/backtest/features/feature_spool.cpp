#include "backtest/features/feature_spool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "acts/base/assert.hpp"

namespace acts::backtest {

FeatureSpool::FeatureSpool(std::size_t columns, std::string folder, std::size_t most_in_memory)
    : columns_(columns),
      folder_(std::move(folder)),
      most_rows_(std::max<std::size_t>(most_in_memory / (columns + 1), 1)) {}

Result<void> FeatureSpool::add(const FeatureRow& row) {
  ACTS_ASSERT(row.values.size() == columns_ && (!last_ || row.ts > *last_));
  if (rows_ - written_ == most_rows_) {
    if (Result<void> written = write(); !written) return written;
  }
  waiting_.push_back(std::bit_cast<std::uint64_t>(row.ts.value));
  for (const double value : row.values) waiting_.push_back(std::bit_cast<std::uint64_t>(value));
  ++rows_;
  last_ = row.ts;
  return {};
}

Result<void> FeatureSpool::write() {
  if (file_ == nullptr) {
    std::error_code error;
    const std::string folder = folder_.empty() ? std::filesystem::temp_directory_path(error).string() : folder_;
    if (error) {
      return fail(ErrorCode::kStorage,
                  "stored features are put aside where temporary files are, and TMPDIR is no directory");
    }
    auto file = history::NamelessFile::create(folder);
    if (!file) {
      return fail(file.error().code, fmt::format("{}: stored features are put aside there, TMPDIR names another place",
                                                 file.error().message));
    }
    file_ = *std::move(file);
  }
  const auto bytes = std::as_bytes(std::span(waiting_));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (Result<void> written = file_->write(text, written_ * (columns_ + 1) * sizeof(std::uint64_t)); !written) {
    return written;
  }
  written_ = rows_;
  waiting_.clear();
  return {};
}

Result<void> FeatureSpool::read(std::uint64_t number, std::size_t most, Block& into) const {
  const std::size_t width = columns_ + 1;
  into.width_ = width;
  into.rows_ = 0;
  if (number >= rows_) return {};
  const bool is_in_memory = number >= written_;
  const std::size_t rows = std::min<std::uint64_t>(most, (is_in_memory ? rows_ : written_) - number);
  into.words_.resize(rows * width);
  if (is_in_memory) {
    const auto first = static_cast<std::ptrdiff_t>((number - written_) * width);
    std::copy_n(waiting_.begin() + first, rows * width, into.words_.begin());
  } else {
    const std::span<char> bytes(reinterpret_cast<char*>(into.words_.data()), rows * width * sizeof(std::uint64_t));
    if (Result<void> read = file_->read(bytes, number * width * sizeof(std::uint64_t)); !read) return read;
  }
  into.rows_ = rows;
  return {};
}

UnixNanos FeatureSpool::Block::ts(std::size_t i) const { return {std::bit_cast<std::int64_t>(words_[i * width_])}; }

double FeatureSpool::Block::value(std::size_t i, std::size_t column) const {
  return std::bit_cast<double>(words_[i * width_ + 1 + column]);
}

}  // namespace acts::backtest
