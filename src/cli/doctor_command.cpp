// acts doctor: what stands in the way of collecting, and what to do about it.
#include <fmt/format.h>

#include <algorithm>

#include "binance/symbols.hpp"
#include "cli/command.hpp"
#include "cli/doctor.hpp"
#include "cli/load_settings.hpp"
#include "net/real_clock.hpp"

namespace acts::cli {
namespace {

std::vector<Venue> venues_of(const CollectSettings& settings) {
  std::vector<Venue> venues;
  for (const std::string& typed : settings.symbols) {
    const auto wish = binance::parse_symbol_wish(typed, settings.venue);
    if (wish && std::ranges::find(venues, wish->venue) == venues.end()) venues.push_back(wish->venue);
  }
  if (venues.empty()) venues.push_back(settings.venue);
  return venues;
}

int run(const Given& given) {
  Output out;
  std::vector<Finding> findings;
  const auto report = [&](Finding finding) {
    out.write(to_line(finding));
    out.flush();
    findings.push_back(std::move(finding));
  };
  const Result<CollectSettings> settings = load_settings(given);
  if (!settings) {
    report({Verdict::kBad, "configuration", settings.error().message, {}, kExitUsage});
    return out.finish(exit_code_of(findings));
  }
  report(judge_settings(*settings));
  for (const std::string& notice : settings->notices) report({Verdict::kWarning, "configuration", notice});
  for (Finding& finding : check_data_dir(settings->data_dir)) report(std::move(finding));
  report(check_store(settings->data_dir));
  report(check_open_files(settings->symbols.size(), *settings));
  report(check_certificates(settings->ca_file));
  RealClock clock;
  std::vector<Venue> venues = venues_of(*settings);
  for (Finding& finding : check_cooldowns(settings->data_dir, venues, clock.now())) report(std::move(finding));
  for (Finding& finding : check_network(*settings, venues, clock)) report(std::move(finding));
  for (Finding& finding : check_symbols(*settings, venues)) report(std::move(finding));
  return out.finish(exit_code_of(findings));
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .summary = "Clock, disk, permissions, configuration, reachability; what to do about each",
          .options = settings_flags(),
          .positional = symbols_positional(),
          .examples = "  acts doctor\n  acts --config /etc/acts/acts.toml doctor",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
