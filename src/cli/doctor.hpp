// What acts doctor looks at. Every check ends in one finding, whatever happens: what is not reachable is a finding too.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/clock.hpp"

#include "binance/symbols.hpp"
#include "cli/option.hpp"
#include "collector/cooldown.hpp"
#include "live/settings.hpp"
#include "net/net_error.hpp"

namespace acts::cli {

enum class Verdict : std::uint8_t { kGood, kWarning, kBad };

struct Finding {
  Verdict verdict = Verdict::kGood;
  std::string topic;  // "clock", "disk", ...
  std::string text;   // one line: what was found
  std::string remedy = {};
  int exit_code = 0;  // of a bad one
};

// "bad   disk: 12 MiB free in /var/lib/acts; make room: ...".
std::string to_line(const Finding& finding);
// The largest of the bad ones', 0 if there is none.
int exit_code_of(std::span<const Finding> findings);

// Whether acts collect would find something to collect.
Finding judge_settings(const CollectSettings& settings);
// Directory: there, writable, or one that can be made; and room on its disk.
std::vector<Finding> check_data_dir(const std::string& data_dir);
// acts.db in it, if there is one.
Finding check_store(const std::string& data_dir);
Finding check_open_files(std::size_t symbols, const CollectSettings& settings);
Finding check_certificates(const std::string& ca_file);

inline constexpr std::uint64_t kLeastFreeBytes = std::uint64_t{100} << 20;
inline constexpr std::uint64_t kEnoughFreeBytes = std::uint64_t{2} << 30;
Finding judge_free_space(std::uint64_t free_bytes, const std::string& directory);

// Our clock against the venue's: `server` was read between `sent` and `received` of ours.
inline constexpr Nanos kMaxGoodOffset = std::chrono::milliseconds{500};
inline constexpr Nanos kMaxBearableOffset = std::chrono::seconds{30};
Finding judge_clock(Venue venue, UnixNanos server, UnixNanos sent, UnixNanos received);

// What a run of this data directory was told (429, 418), of requests or of connections or of both, if it still holds.
std::optional<Finding> find_cooldown(const std::string& data_dir, Venue venue,
                                     std::optional<collector::Cooldown::Scope> scope, UnixNanos now);
// Takes those out of `venues` that are not to be asked now, by find_cooldown(): a finding for each.
std::vector<Finding> check_cooldowns(const std::string& data_dir, std::vector<Venue>& venues, UnixNanos now);
// Asks time of each venue's REST hosts and whether its stream hosts answer; all at once, within kNetworkTimeout.
inline constexpr Nanos kNetworkTimeout = std::chrono::seconds{10};
// One host of a venue, and what came of asking it.
struct Probe {
  Venue venue = Venue::kBinanceSpot;
  bool is_stream = false;
  std::string origin;
  Verdict verdict = Verdict::kBad;
  std::string text = "no answer in time";
  NetFault fault = NetFault::kTimeout;  // of one that is bad
  std::optional<Finding> clock = {};
};
// Of the hosts of one kind: one that answers is enough, those that fail alike are one finding.
std::vector<Finding> judge_hosts(std::span<const Probe> probes);
std::vector<Finding> check_network(const CollectSettings& settings, std::span<const Venue> venues, Clock& clock);
// The symbols that are to be collected, in the venue's list; within kListTimeout a venue. Nothing where none is named.
inline constexpr Nanos kListTimeout = std::chrono::seconds{60};
std::vector<Finding> check_symbols(const CollectSettings& settings, std::span<const Venue> venues);
// ... in that list: a finding for each that is not there or not traded, or one for all.
std::vector<Finding> judge_symbols(std::span<const binance::SymbolWish> wishes, const binance::ExchangeInfo& info);

}  // namespace acts::cli
