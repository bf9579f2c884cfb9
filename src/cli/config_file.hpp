// acts.toml as a flat list of what it sets, each with its line. What keys mean is not known here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "cli/option.hpp"

namespace acts::cli {

inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

enum class ConfigType : std::uint8_t { kText, kInteger, kNumber, kSwitch, kTexts, kNumbers, kEmptyList, kOther };
// "text", "a whole number", ...: with its article.
std::string_view in_words(ConfigType type) noexcept;

struct ConfigEntry {
  std::string section = {};  // "collect", "venues.binance-spot"; "" for keys above the first section
  std::string key = {};      // "" for a section that is there, with or without keys
  std::uint32_t line = 0;
  bool is_inline = false;   // of a section: written as a value, x = { ... }
  std::uint32_t table = 0;  // of a section that may stand several times, [[data]]: which, from 1; 0: it stands once
  ConfigType type = ConfigType::kOther;
  Values values = {};  // texts as they are, numbers as decimal text, "true" and "false"; none with kOther
};

// Without the mark that some editors put at the beginning of a text.
std::string_view without_byte_order_mark(std::string_view text) noexcept;

// In the order of their lines. `name` is how the messages call the file. `repeatable`: sections of which there may be
// several. Errors: kUsage, "NAME:LINE: ...".
Result<std::vector<ConfigEntry>> parse_config(std::string_view text, std::string_view name,
                                              std::span<const std::string_view> repeatable = {});

// The whole file. Errors: kUsage.
Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes);

}  // namespace acts::cli
