#include "history/import/json_array.hpp"

#include <fmt/format.h>

#include <utility>

namespace acts::history {
namespace {

constexpr std::size_t kJsonBlockBytes = std::size_t{64} << 10;

// Where an object is: texts may hold braces.
class ObjectEnd {
 public:
  // Whether `c`, which comes next, ends it.
  bool is_at(char c) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (is_in_text_) {
      is_escaped_ = c == '\\';
      is_in_text_ = c != '"';
    } else if (c == '"') {
      is_in_text_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
    return depth_ == 0;
  }

 private:
  std::size_t depth_ = 1;
  bool is_in_text_ = false;
  bool is_escaped_ = false;
};

}  // namespace

JsonArray::JsonArray(std::unique_ptr<ByteSource> bytes, std::string_view form)
    : bytes_(std::move(bytes)), form_(form), block_(kJsonBlockBytes) {}

Result<std::optional<char>> JsonArray::begin_element() {
  if (has_ended_) return std::nullopt;
  if (!has_begun_) {
    const Result<char> first = next_solid();
    if (!first) return std::unexpected(first.error());
    if (*first != '[') return wrong("it begins otherwise");
    has_begun_ = true;
  }
  Result<char> c = next_solid();
  if (!c) return std::unexpected(c.error());
  if (*c == ']') return end();
  if (elements_ > 0) {
    if (*c != ',') return wrong("a comma is missing");
    c = next_solid();
    if (!c) return std::unexpected(c.error());
  }
  ++elements_;
  return *c;
}

Result<void> JsonArray::take_object(std::string& text, std::size_t most) {
  text.assign(1, '{');
  ObjectEnd end;
  for (;;) {
    if (at_ == size_ && !fill()) return ended();
    const std::span<const char> rest = ahead();
    std::size_t length = 0;
    bool is_over = false;
    while (!is_over && length < rest.size()) is_over = end.is_at(rest[length++]);
    if (text.size() + length > most) return wrong(fmt::format("an object is longer than {} bytes", most));
    text.append(rest.data(), length);
    at_ += length;
    if (is_over) return {};
  }
}

// Nothing but blanks may follow.
Result<std::optional<char>> JsonArray::end() {
  while (at_ < size_ || fill()) {
    if (!is_blank(block_[at_++])) return wrong("something follows it");
  }
  if (failure_) return std::unexpected(*failure_);
  has_ended_ = true;
  return std::nullopt;
}

Result<char> JsonArray::next_solid() {
  for (;;) {
    Result<char> c = next_char();
    if (!c || !is_blank(*c)) return c;
  }
}

// Once all of the block has been taken: whether there is more.
bool JsonArray::fill() {
  const Result<std::size_t> count = bytes_->read(block_);
  if (!count) failure_ = count.error();
  at_ = 0;
  size_ = count ? *count : 0;
  return size_ > 0;
}

std::unexpected<Error> JsonArray::ended() const {
  return failure_ ? std::unexpected(*failure_) : wrong("it ends before");
}

std::unexpected<Error> JsonArray::wrong(std::string_view what) const {
  return fail(ErrorCode::kBadInput, fmt::format("it is no array of {}: {}", form_, what));
}

}  // namespace acts::history
