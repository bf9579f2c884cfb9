#include "history/import/unpack_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace acts::history {
namespace {

class LimitedSource final : public ByteSource {
 public:
  LimitedSource(std::unique_ptr<ByteSource> source, std::uint64_t most) : source_(std::move(source)), most_(most) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (failure_) return std::unexpected(*failure_);
    Result<std::size_t> count = source_->read(out);
    if (!count) return count;
    bytes_ += *count;
    if (bytes_ <= most_) return count;
    failure_ = Error{ErrorCode::kBadInput, fmt::format("it unpacks to more than {} bytes", most_)};
    return std::unexpected(*failure_);
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::uint64_t most_;
  std::uint64_t bytes_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

std::uint64_t UnpackLimits::most_of(std::uint64_t packed_bytes) const noexcept {
  // Of files so large that the product would not fit, most_bytes is the less anyway.
  if (most_ratio > 0 && packed_bytes > most_bytes / most_ratio) return most_bytes;
  return std::min(most_bytes, packed_bytes * most_ratio + free_bytes);
}

std::unique_ptr<ByteSource> limit_bytes(std::unique_ptr<ByteSource> source, std::uint64_t most) {
  return std::make_unique<LimitedSource>(std::move(source), most);
}

}  // namespace acts::history
