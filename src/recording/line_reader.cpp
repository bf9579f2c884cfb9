#include "recording/line_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace acts {
namespace {

// Large enough that the unfinished line moved to the front at each refill is a small part of it, small enough for the
// cache.
constexpr std::size_t kFirstCapacity = std::size_t{256} << 10;

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source, std::size_t max_line_bytes, std::uint64_t lines_before)
    : source_(std::move(source)),
      max_line_bytes_(max_line_bytes),
      buffer_(std::make_unique_for_overwrite<char[]>(kFirstCapacity)),
      capacity_(kFirstCapacity),
      line_number_(lines_before) {}

Result<std::optional<std::string_view>> LineReader::next() {
  for (;;) {
    char* const bytes = buffer_.get();
    const void* const found = std::memchr(bytes + scanned_, '\n', end_ - scanned_);
    if (found != nullptr) {
      const std::size_t start = begin_;
      const auto stop = static_cast<std::size_t>(static_cast<const char*>(found) - bytes);
      begin_ = scanned_ = stop + 1;
      if (skipping_) {
        skipping_ = false;
        continue;
      }
      ++line_number_;
      if (stop - start > max_line_bytes_) break;
      return std::string_view(bytes + start, stop - start);
    }
    if (skipping_) begin_ = end_;
    scanned_ = end_;
    if (ended_) return finish();
    if (end_ - begin_ > max_line_bytes_) {
      skipping_ = true;
      ++line_number_;
      break;
    }
    if (auto filled = fill(); !filled) {
      failure_ = std::move(filled.error());
      ended_ = true;
    }
  }
  return fail(ErrorCode::kBadInput, fmt::format("line is longer than {} bytes: skipped", max_line_bytes_));
}

Result<void> LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
    std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  }
  const auto count = source_->read({buffer_.get() + end_, capacity_ - end_});
  if (!count) return std::unexpected(count.error());
  ended_ = *count == 0;
  end_ += *count;
  return {};
}

Result<std::optional<std::string_view>> LineReader::finish() {
  const std::string_view rest(buffer_.get() + begin_, end_ - begin_);
  begin_ = scanned_ = end_;
  if (failure_) {
    unfinished_bytes_ = rest.size();
    Error failure = std::move(*failure_);
    failure_.reset();
    return std::unexpected(std::move(failure));
  }
  if (rest.empty()) return std::nullopt;
  ++line_number_;
  if (rest.size() > max_line_bytes_) {
    return fail(ErrorCode::kBadInput, fmt::format("line is longer than {} bytes: skipped", max_line_bytes_));
  }
  return rest;
}

}  // namespace acts
