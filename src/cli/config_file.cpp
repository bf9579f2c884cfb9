#include "cli/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <tuple>

namespace {
struct TomlDefect {};
[[noreturn]] void toml_defect() { throw TomlDefect{}; }
}  // namespace

// toml++ 3.3 meets some mistakes ("[@x]") with an assertion: an exception instead, which is one line for the user. Its
// own limit of 256 nested values would let a hostile file use much stack.
#define TOML_ASSERT(expr) (static_cast<bool>(expr) ? static_cast<void>(0) : toml_defect())
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.h>

#include "binance/error_text.hpp"

namespace acts::cli {
namespace {

// toml++ 3.3 has undefined behaviour where letters other than ASCII stand outside of quotes, and takes Unicode's line
// ends for line ends. It therefore sees ASCII only: "~c6" for such a byte, "~7e" for "~" itself.
std::string to_ascii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || c == '~') {
      out += fmt::format("~{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string from_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned byte = 0;
    const bool is_coded = text.size() > 2 && text[0] == '~' &&
                          std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3;
    out += is_coded ? static_cast<char>(byte) : text[0];
    text.remove_prefix(is_coded ? 3 : 1);
  }
  return out;
}

ConfigType scalar(const toml::node& node, Values& values) {
  if (const auto* text = node.as_string()) {
    values.push_back(from_ascii(text->get()));
    return ConfigType::kText;
  }
  if (const auto* whole = node.as_integer()) {
    values.push_back(fmt::format("{}", whole->get()));
    return ConfigType::kInteger;
  }
  if (const auto* number = node.as_floating_point()) {
    // The shortest text that reads back as this double: what was written, for up to 15 digits.
    values.push_back(fmt::format("{}", number->get()));
    return ConfigType::kNumber;
  }
  if (const auto* truth = node.as_boolean()) {
    values.emplace_back(truth->get() ? "true" : "false");
    return ConfigType::kSwitch;
  }
  return ConfigType::kOther;
}

ConfigType list(const toml::array& array, Values& values) {
  ConfigType all = ConfigType::kEmptyList;
  for (const toml::node& node : array) {
    ConfigType one = scalar(node, values);
    one = one == ConfigType::kText                                    ? ConfigType::kTexts
          : one == ConfigType::kInteger || one == ConfigType::kNumber ? ConfigType::kNumbers
                                                                      : ConfigType::kOther;
    if (one == ConfigType::kOther || (all != ConfigType::kEmptyList && all != one)) return ConfigType::kOther;
    all = one;
  }
  return all;
}

// `number`: of the table among those of its section.
void flatten(const toml::table& table, const std::string& section, std::uint32_t number,
             std::vector<ConfigEntry>& entries) {
  for (const auto& [key_of_node, node] : table) {
    const std::string key = from_ascii(key_of_node.str());
    const std::uint32_t line = key_of_node.source().begin.line;
    if (const auto* inner = node.as_table()) {
      const std::string name = section.empty() ? key : fmt::format("{}.{}", section, key);
      entries.push_back({.section = name, .line = line, .is_inline = inner->is_inline(), .table = number});
      flatten(*inner, name, number, entries);
      continue;
    }
    ConfigEntry& entry =
        entries.emplace_back(ConfigEntry{.section = section, .key = key, .line = line, .table = number});
    const auto* array = node.as_array();
    entry.type = array != nullptr ? list(*array, entry.values) : scalar(node, entry.values);
    if (entry.type == ConfigType::kOther) entry.values.clear();
  }
}

// Takes sections that stand several times out of the root, where flatten() would not know them.
void flatten_repeated(toml::table& root, std::span<const std::string_view> repeatable,
                      std::vector<ConfigEntry>& entries) {
  for (const std::string_view name : repeatable) {
    const auto* const array = root.get_as<toml::array>(name);
    const bool is_of_tables = array != nullptr && !array->empty() &&
                              std::ranges::all_of(*array, [](const toml::node& node) { return node.is_table(); });
    if (!is_of_tables) continue;
    std::uint32_t number = 0;
    for (const toml::node& node : *array) {
      entries.push_back({.section = std::string(name), .line = node.source().begin.line, .table = ++number});
      flatten(*node.as_table(), std::string(name), number, entries);
    }
    root.erase(name);
  }
}

}  // namespace

std::string_view in_words(ConfigType type) noexcept {
  switch (type) {
    case ConfigType::kText: return "text";
    case ConfigType::kInteger: return "a whole number";
    case ConfigType::kNumber: return "a number";
    case ConfigType::kSwitch: return "true or false";
    case ConfigType::kTexts: return "a list of texts";
    case ConfigType::kNumbers: return "a list of numbers";
    case ConfigType::kEmptyList: return "an empty list";
    case ConfigType::kOther: break;
  }
  return "something else";
}

std::string_view without_byte_order_mark(std::string_view text) noexcept {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

Result<std::vector<ConfigEntry>> parse_config(std::string_view text, std::string_view name,
                                              std::span<const std::string_view> repeatable) {
  if (text.size() > kMaxConfigBytes) {
    return fail(ErrorCode::kUsage, fmt::format("{}: larger than {} bytes: is this acts.toml?", name, kMaxConfigBytes));
  }
  std::vector<ConfigEntry> entries;
  try {
    toml::table root = toml::parse(to_ascii(without_byte_order_mark(text)));
    flatten_repeated(root, repeatable, entries);
    flatten(root, {}, 0, entries);
  } catch (const toml::parse_error& error) {
    // It quotes what it saw as it was, with ends of lines too.
    const std::string said = binance::one_line(from_ascii(error.description()));
    return fail(ErrorCode::kUsage, fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line, said));
  } catch (const TomlDefect&) {
    return fail(ErrorCode::kUsage, fmt::format("{}:1: not TOML, somewhere in the file", name));
  }
  // The section stands before its keys, also where they share a line.
  std::ranges::sort(entries, {}, [](const ConfigEntry& e) { return std::tie(e.line, e.table, e.section, e.key); });
  return entries;
}

Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  std::string text;
  if (file != nullptr) {
    errno = 0;
    text.resize(max_bytes + 1);
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  }
  if (file == nullptr || std::ferror(file.get()) != 0) {
    return fail(ErrorCode::kUsage, fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  }
  if (text.size() > max_bytes) {
    return fail(ErrorCode::kUsage, fmt::format("{}: larger than {} bytes", path, max_bytes));
  }
  return text;
}

}  // namespace acts::cli
