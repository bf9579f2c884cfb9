#include "history/import/npz_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "history/export/npy_header.hpp"
#include "history/import/zip_member.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kEventsRead = 4096;
// What tells how long the header is: version 2 and 3 need the last two.
constexpr std::size_t kFrontBytes = 12;

}  // namespace

Result<std::unique_ptr<NpzEvents>> NpzEvents::open(const std::string& path) {
  auto bytes = open_zip_member(path, {}, ZipName::kFlat);
  if (!bytes) return std::unexpected(bytes.error());
  return read(*std::move(bytes), path);
}

Result<std::unique_ptr<NpzEvents>> NpzEvents::read(std::unique_ptr<ByteSource> bytes, std::string name) {
  std::unique_ptr<NpzEvents> events(new NpzEvents(std::move(bytes), std::move(name)));
  std::string header(kFrontBytes, '\0');
  const Result<std::size_t> front = events->fill(header.data(), header.size());
  if (!front) return std::unexpected(front.error());
  if (*front < kFrontBytes) return events->refused("it is no .npy file");
  const Result<std::size_t> length = npy_header_bytes(header);
  if (!length) return events->refused(length.error().message);
  if (*length < kFrontBytes) return events->refused("its header cannot be read");
  header.resize(*length);
  const Result<std::size_t> rest = events->fill(header.data() + kFrontBytes, *length - kFrontBytes);
  if (!rest) return std::unexpected(rest.error());
  if (*rest < *length - kFrontBytes) return events->refused("it ends in its header");
  const Result<std::uint64_t> count = parse_npy_header(header);
  if (!count) return events->refused(count.error().message);
  events->left_ = *count;
  events->said_ = *count;
  return events;
}

Result<bool> NpzEvents::next(HftEvent& event) {
  if (taken_ == block_.size()) {
    taken_ = 0;
    block_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left_, kEventsRead)));
    if (block_.empty()) return check_end();
    const std::size_t wanted = block_.size() * sizeof(HftEvent);
    // An event is bytes in the file's order, which is the machine's (hft_event.hpp).
    std::string bytes(wanted, '\0');
    const Result<std::size_t> got = fill(bytes.data(), wanted);
    if (!got) return std::unexpected(got.error());
    if (*got < wanted) return refused(fmt::format("it ends {} events early: get it again", left_));
    std::memcpy(block_.data(), bytes.data(), wanted);
    left_ -= block_.size();
  }
  event = block_[taken_++];
  return true;
}

// Also brings out damage that shows at the end of what is packed.
Result<bool> NpzEvents::check_end() {
  char more = 0;
  const Result<std::size_t> got = fill(&more, 1);
  if (!got) return std::unexpected(got.error());
  if (*got > 0) return refused(fmt::format("it has more than the {} events that it says: get it again", said_));
  return false;
}

Result<std::size_t> NpzEvents::fill(char* out, std::size_t count) {
  std::size_t filled = 0;
  while (filled < count) {
    const Result<std::size_t> got = bytes_->read(std::span(out + filled, count - filled));
    if (!got) return refused(got.error().message);
    if (*got == 0) break;
    filled += *got;
  }
  return filled;
}

std::unexpected<Error> NpzEvents::refused(const std::string& why) const {
  return fail(ErrorCode::kBadInput, name_.empty() ? why : fmt::format("{}: {}", name_, why));
}

}  // namespace acts::history
