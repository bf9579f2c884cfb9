#include "recording/byte_sum.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "recording/crc32.hpp"

namespace acts {

ByteSum::ByteSum(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

Result<std::optional<std::uint32_t>> ByteSum::up_to(std::uint64_t bytes) {
  std::vector<char> buffer(std::size_t{64} << 10);
  while (done_ < bytes) {
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), bytes - done_);
    const auto count = source_->read(std::span(buffer).first(wanted));
    if (!count) return std::unexpected(count.error());
    if (*count == 0) break;
    done_ += *count;
    crc_ = crc32_of(std::string_view(buffer.data(), *count), crc_);
  }
  return done_ == bytes ? std::optional(crc_) : std::nullopt;
}

Result<std::uint64_t> ByteSum::to_end() {
  if (const auto sum = up_to(std::numeric_limits<std::uint64_t>::max()); !sum) return std::unexpected(sum.error());
  return done_;
}

}  // namespace acts
