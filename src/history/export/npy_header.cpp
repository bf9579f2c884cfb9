#include "history/export/npy_header.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace acts::history {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;
constexpr std::uint64_t kMostEvents = UINT64_MAX / 64 - 1024;

using Field = std::pair<std::string_view, std::string_view>;
constexpr std::array<Field, 8> kFields{{{"ev", "<u8"},
                                        {"exch_ts", "<i8"},
                                        {"local_ts", "<i8"},
                                        {"px", "<f8"},
                                        {"qty", "<f8"},
                                        {"order_id", "<u8"},
                                        {"ival", "<i8"},
                                        {"fval", "<f8"}}};

std::unexpected<Error> refused(std::string_view why) {
  return fail(ErrorCode::kBadInput, fmt::format("it is no array of hftbacktest's events: {}", why));
}

std::size_t byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// The dictionary that Python's repr() writes, token by token. Nothing that it does not write is taken, but blanks.
class Dictionary {
 public:
  explicit Dictionary(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip_blanks();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  // 'text' or "text", without escapes.
  std::optional<std::string_view> take_text() {
    skip_blanks();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text_.substr(1, end - 1);
    if (inside.contains('\\')) return std::nullopt;
    text_.remove_prefix(end + 1);
    return inside;
  }
  std::optional<std::uint64_t> take_number() {
    skip_blanks();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return number;
  }
  bool is_at_end() {
    skip_blanks();
    return text_.empty();
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) text_.remove_prefix(1);
  }
  std::string_view text_;
};

// [('ev', '<u8'), ...]
Result<void> take_fields(Dictionary& from) {
  if (!from.take('[')) return refused("its elements have no fields; files of hftbacktest 1 are not taken");
  for (std::size_t i = 0;; ++i) {
    if (from.take(']')) return i == kFields.size() ? Result<void>() : refused("it lacks fields");
    if (i > 0 && !from.take(',')) return refused("its fields cannot be read");
    if (i > 0 && from.take(']')) return i == kFields.size() ? Result<void>() : refused("it lacks fields");
    const bool opens = from.take('(');
    const auto name = from.take_text();
    const bool parts = from.take(',');
    const auto type = from.take_text();
    if (!opens || !name || !parts || !type || !from.take(')')) return refused("its fields cannot be read");
    if (i == kFields.size()) return refused("it has more fields");
    if (Field{*name, *type} != kFields[i]) {
      return refused(fmt::format("field {} is not {} of type {}", i + 1, kFields[i].first, kFields[i].second));
    }
  }
}

// (491973,)
Result<std::uint64_t> take_shape(Dictionary& from) {
  const bool opens = from.take('(');
  const auto count = from.take_number();
  if (!opens || !count || !from.take(',') || !from.take(')')) return refused("it is not flat");
  if (*count > kMostEvents) return refused("it is longer than any file");
  return *count;
}

struct Known {
  bool fields = false;
  bool order = false;
  std::optional<std::uint64_t> count = {};
};

Result<void> take_entry(Dictionary& from, Known& known) {
  const auto key = from.take_text();
  if (!key || !from.take(':')) return refused("its header cannot be read");
  if (*key == "descr" && !known.fields) {
    known.fields = true;
    return take_fields(from);
  }
  if (*key == "fortran_order" && !known.order) {
    known.order = true;
    // Of a flat array both orders are the same.
    return from.take_word("False") || from.take_word("True") ? Result<void>() : refused("its header cannot be read");
  }
  if (*key == "shape" && !known.count) {
    const Result<std::uint64_t> count = take_shape(from);
    if (!count) return std::unexpected(count.error());
    known.count = *count;
    return {};
  }
  return refused("its header has an unknown key, or one twice");
}

}  // namespace

std::string npy_header(std::uint64_t events) {
  std::string fields;
  for (const auto& [name, type] : kFields) {
    fields += fmt::format("{}('{}', '{}')", fields.empty() ? "" : ", ", name, type);
  }
  std::string text = fmt::format("{{'descr': [{}], 'fortran_order': False, 'shape': ({},), }}", fields, events);
  const std::size_t used = kNpyPreambleBytes + text.size() + 1;
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  text += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(text.size() & 0xFFU);
  header += static_cast<char>(text.size() >> 8U);
  return header + text;
}

Result<std::size_t> npy_header_bytes(std::string_view front) {
  if (!front.starts_with(kMagic) || front.size() < kNpyPreambleBytes) return refused("it is no .npy file");
  const std::size_t version = byte_at(front, 6);
  if (version < 1 || version > 3 || byte_at(front, 7) != 0) return refused("its version of the format is not known");
  std::size_t bytes = kNpyPreambleBytes + byte_at(front, 8) + byte_at(front, 9) * 256;
  if (version > 1) {
    if (front.size() < kNpyPreambleBytes + 2) return refused("it is no .npy file");
    bytes += 2 + byte_at(front, 10) * 65536 + byte_at(front, 11) * 16'777'216;
  }
  return bytes <= kMaxNpyHeaderBytes ? Result<std::size_t>(bytes) : refused("its header is too long");
}

Result<std::uint64_t> parse_npy_header(std::string_view header) {
  const Result<std::size_t> bytes = npy_header_bytes(header);
  if (!bytes) return std::unexpected(bytes.error());
  if (*bytes != header.size()) return refused("it is no .npy file");
  Dictionary dictionary(header.substr(kNpyPreambleBytes + (byte_at(header, 6) == 1 ? 0 : 2)));
  if (!dictionary.take('{')) return refused("its header cannot be read");
  Known known;
  for (bool is_first = true; !dictionary.take('}'); is_first = false) {
    if (!is_first && !dictionary.take(',')) return refused("its header cannot be read");
    if (!is_first && dictionary.take('}')) break;
    if (const Result<void> taken = take_entry(dictionary, known); !taken) return std::unexpected(taken.error());
  }
  if (!dictionary.is_at_end()) return refused("its header cannot be read");
  if (!known.fields || !known.order || !known.count) return refused("its header does not say all");
  return *known.count;
}

}  // namespace acts::history
