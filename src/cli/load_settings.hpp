// A collector's settings: defaults, then acts.toml, then flags.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config_file.hpp"
#include "cli/settings_options.hpp"

namespace acts::cli {

inline constexpr std::string_view kDefaultConfigFile = "acts.toml";
inline constexpr std::size_t kMaxSymbolFileBytes = std::size_t{4} << 20;

using ReadFile = std::function<Result<std::string>(const std::string& path)>;

class SettingsLoader {
 public:
  // Sets what the file sets. Errors: kUsage, one line: file, line, key, what is wrong, the nearest valid name.
  Result<void> read_config(std::string_view text, const std::string& name);
  Result<void> apply(const Given& given);
  // As far as they are set by now, unchecked: for what needs a few of them.
  [[nodiscard]] const CollectSettings& so_far() const { return settings_; }
  // Once all is set. Errors: kUsage.
  Result<void> check_ca_file() const;
  // Expands "@FILE" by `read`, checks what only shows when all is known, and hands the settings over.
  Result<CollectSettings> finish(const ReadFile& read);

 private:
  Result<void> entry(const ConfigEntry& entry);
  Result<void> sink_entry(const ConfigEntry& entry);
  Result<void> value(const OptionSpec& spec, const ConfigEntry& entry) const;
  Result<void> apply_address(const VenueOption& option, const std::string& text);
  Result<void> expand_symbols(const ReadFile& read);
  Result<void> check_venues() const;
  Result<void> check_sinks() const;
  Result<void> check_streams(std::span<const Venue> used) const;
  Result<void> check_addresses(std::span<const Venue> used) const;
  void note_half_addresses();
  [[nodiscard]] std::vector<Venue> used_venues() const;
  // "x: has no effect yet: ..." where it was said.
  void note_unused(const std::string& what, std::string_view why);
  // The message with the place where the option was set.
  [[nodiscard]] std::unexpected<Error> at_option(std::string_view name, const std::string& message) const;

  CollectSettings settings_;
  std::string place_;                                       // of the entry that is being read: "acts.toml:4: "
  std::map<std::string, std::string, std::less<>> places_;  // of options: "acts.toml:4: limit", "--limit"
  std::string update_interval_;                             // as it was typed
};

// From `config_file` (of the options of all commands), or acts.toml of this directory if there is one. Errors: kUsage.
Result<CollectSettings> load_settings(const Given& given);
// Where data lies, what of it is kept, and which sinks there are (without passwords); nothing else of it is checked.
// Errors: kUsage, if the configuration cannot be read.
Result<CollectSettings> archive_settings_of(const Given& given);
// DIR of them: for commands that need nothing else of it. Errors: kUsage, if the configuration cannot be read.
Result<std::string> data_dir_of(const Given& given);
// The same for commands that only read there. Errors: kUsage also if there is no such directory.
Result<std::string> present_data_dir_of(const Given& given);
// For commands without acts.toml: --log-level and --log-format. Errors: kUsage.
Result<LogSettings> log_settings(const Given& given);
// What collect and commands that look at its settings take as flags.
std::vector<OptionSpec> settings_flags();
OptionSpec data_dir_spec();
OptionSpec symbols_positional();

}  // namespace acts::cli
