#include "history/import/reject_list.hpp"

#include <fmt/format.h>

namespace acts::history {
namespace {

// A cell of a CSV file: quotes doubled, nothing that a terminal would obey, cut where it gets long.
std::string quoted_cell(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string out = "\"";
  for (const char c : text.substr(0, kMost)) {
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    if (c == '"') out += '"';
    out += is_control ? '?' : c;
  }
  return out + (text.size() > kMost ? "...\"" : "\"");
}

}  // namespace

Result<void> RejectList::add(std::uint64_t place, std::string_view reason, std::string_view text, std::uint64_t most) {
  if (csv_.empty()) csv_ = "line,reason,text\n";
  if (count_ < kMostListed) {
    const auto [line, is_new] =
        listed_.insert(fmt::format("{},{},{}\n", place, quoted_cell(reason), quoted_cell(text)));
    if (!is_new) return {};
    csv_ += *line;
  }
  ++count_;
  if (first_.empty()) first_ = fmt::format("line {}: {}", place, reason);
  if (count_ <= most) return {};
  return fail(ErrorCode::kBadInput, fmt::format("line {}: {}: more than {} bad rows, nothing of it is imported; "
                                                "--max-bad-rows allows more",
                                                place, reason, most));
}

}  // namespace acts::history
