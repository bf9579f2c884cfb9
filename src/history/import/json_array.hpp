// The elements of one JSON array, one after the other, however long the array is: in one line or many, in bounded
// memory. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"

namespace acts::history {

class JsonArray {
 public:
  // `form`: of what it is to be an array, for errors: "arrays", "objects"; outlives this.
  JsonArray(std::unique_ptr<ByteSource> bytes, std::string_view form);

  // The first character of the next element, which the caller takes to its end before it asks again; nothing behind the
  // last one, however often asked. Errors (final): kBadInput: it is no such array; what the bytes fail with.
  Result<std::optional<char>> begin_element();
  // How many have begun: the number of the last one, from 1.
  [[nodiscard]] std::uint64_t elements() const { return elements_; }

  // Of an element: its next character. Errors: as begin_element(); the array ends before.
  Result<char> next_char() {
    if (at_ < size_ || fill()) return block_[at_++];
    return ended();
  }
  // What can be had without reading, and how much of that was taken.
  [[nodiscard]] std::span<const char> ahead() const { return std::span(block_).subspan(at_, size_ - at_); }
  void take(std::size_t count) { at_ += count; }
  // All behind the "{" that an element has begun with, up to its own "}", into `text`, whose first character is that
  // "{". Errors: as next_char(); an object of more than `most` bytes.
  Result<void> take_object(std::string& text, std::size_t most);

  // "it is no array of arrays: …"
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const;
  static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

 private:
  Result<char> next_solid();
  Result<std::optional<char>> end();
  bool fill();
  std::unexpected<Error> ended() const;

  std::unique_ptr<ByteSource> bytes_;
  std::string_view form_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::optional<Error> failure_;
  std::uint64_t elements_ = 0;
  bool has_begun_ = false;
  bool has_ended_ = false;
};

}  // namespace acts::history
