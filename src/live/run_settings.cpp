#include "live/run_settings.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>
#include <variant>

#include "recording/byte_source.hpp"
#include "recording/index.hpp"

namespace acts {
namespace {

constexpr std::string_view kBandsKey = "bands=";
constexpr std::string_view kStaleAfterKey = " stale_after_ns=";

}  // namespace

std::string to_string(const RunSettings& settings) {
  return fmt::format("{}{}{}{}", kBandsKey, to_string(settings.bands), kStaleAfterKey, settings.stale_after.count());
}

Result<RunSettings> parse_run_settings(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(ErrorCode::kBadInput, fmt::format("settings of a run '{}': {}", text, why));
  };
  const std::size_t second = text.find(kStaleAfterKey);
  if (!text.starts_with(kBandsKey) || second == std::string_view::npos) {
    return refuse("not the keys that are known: were they written by a newer acts?");
  }
  auto bands = BandList::parse(text.substr(kBandsKey.size(), second - kBandsKey.size()));
  if (!bands) return refuse(bands.error().message);
  const std::string_view number = text.substr(second + kStaleAfterKey.size());
  std::int64_t nanos = 0;
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), nanos);
  if (error != std::errc{} || stop != number.data() + number.size() || nanos <= 0) {
    return refuse("stale_after_ns is not a whole number above 0: was it written by a newer acts?");
  }
  return RunSettings{std::move(*bands), Nanos{nanos}};
}

std::optional<RunSettings> settings_of_recording(const std::string& path) {
  auto file = open_file(index_path_for(path));
  if (!file) return std::nullopt;
  IndexReader reader(std::move(*file));
  for (std::size_t entries = 0; entries < kMostHeadEntries; ++entries) {
    const auto entry = reader.next();
    if (!entry || !*entry) return std::nullopt;
    const std::string* text = nullptr;
    if (const auto* started = std::get_if<index::RunStarted>(&(*entry)->event)) text = &started->settings;
    if (const auto* goes_on = std::get_if<index::RunContinued>(&(*entry)->event)) text = &goes_on->settings;
    if (text == nullptr) continue;
    auto settings = parse_run_settings(*text);
    return settings ? std::optional(std::move(*settings)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace acts
