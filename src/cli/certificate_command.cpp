// acts certificate make|check: what a symbol's day holds and what it lacks, in a form that can be checked later.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/load_settings.hpp"
#include "cli/values.hpp"
#include "history/certificate_chain.hpp"
#include "history/signature.hpp"
#include "net/real_clock.hpp"
#include "recording/layout.hpp"

namespace acts::cli {
namespace {

constexpr std::size_t kMaxKeyBytes = std::size_t{64} << 10;

struct Settings {
  std::string data_dir;
  std::vector<std::string> words;  // the action
  std::optional<Venue> venue;
  std::string symbol;
  std::optional<UnixNanos> date;
  std::optional<UnixNanos> from;
  bool is_partial = false;
  std::string private_key;  // PEM
  std::string public_key;
};

const OptionSpec kActionSpec{
    .name = "action", .placeholder = "ACTION", .kind = OptionKind::kFiles, .help = "make, check", .is_required = true};

Result<void> set_day(std::optional<UnixNanos>& day, const Values& values) {
  if (Result<void> set = set_time(day, values); !set) return set;
  if (floor_to(*day, history::kDay) == *day) return {};
  return fail(ErrorCode::kUsage, fmt::format("'{}' is no day such as 2026-01-31", values[0]));
}

Result<void> check_words(const std::vector<std::string>& words) {
  static constexpr std::array<std::string_view, 2> kActions{"make", "check"};
  if (std::ranges::find(kActions, words[0]) == kActions.end()) {
    return fail(ErrorCode::kUsage,
                fmt::format("no action '{}' of certificate: {}", words[0], name_advice(words[0], kActions)));
  }
  if (words.size() > 1) return fail(ErrorCode::kUsage, fmt::format("certificate {} takes no files", words[0]));
  return {};
}

std::unexpected<Error> of_file(const std::string& path, const Error& error) {
  return fail(error.code, fmt::format("{}: {}", path, error.message));
}

// A key that others can read is no secret.
Result<void> set_private_key(std::string& key, const Values& values) {
  const Result<std::string> text = read_text_file(values[0], kMaxKeyBytes);
  if (!text) return std::unexpected(text.error());
  struct stat status{};
  if (::stat(values[0].c_str(), &status) == 0 && (status.st_mode & 077U) != 0) {
    return fail(ErrorCode::kUsage, fmt::format("{}: others may read it too: chmod 600 {}", values[0], values[0]));
  }
  // Found out here, where the file is known; it signs nothing yet.
  if (const auto usable = history::sign("", *text); !usable) return of_file(values[0], usable.error());
  key = *text;
  return {};
}

Result<void> set_public_key(std::string& key, const Values& values) {
  Result<std::string> text = read_text_file(values[0], kMaxKeyBytes);
  if (!text) return std::unexpected(text.error());
  if (const auto usable = history::is_signature("", "", *text); !usable) return of_file(values[0], usable.error());
  key = *std::move(text);
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 9> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "venue",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "of the symbol; with make, only of this one",
        .choices = {"binance-spot", "binance-usdm"}},
       [](Settings& s, const Values& v) { return set_venue(s.venue.emplace(), v); }},
      {{.name = "symbol",
        .placeholder = "SYMBOL",
        .help = "as the venue spells it; make takes all that were recorded if not given"},
       [](Settings& s, const Values& v) { return s.symbol = v[0], Result<void>(); }},
      {{.name = "date", .placeholder = "DAY", .help = "UTC, such as 2026-01-31", .is_required = true},
       [](Settings& s, const Values& v) { return set_day(s.date, v); }},
      {{.name = "from", .placeholder = "DAY", .help = "check: of the chain, only this day and later"},
       [](Settings& s, const Values& v) { return set_day(s.from, v); }},
      {{.name = "partial",
        .kind = OptionKind::kSwitch,
        .help = "make: also of a day that is not over, or not sealed",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.is_partial = v[0] == "true", Result<void>(); }},
      {{.name = "sign_key", .placeholder = "FILE", .help = "make: sign with this Ed25519 key, PEM, mode 600"},
       [](Settings& s, const Values& v) { return set_private_key(s.private_key, v); }},
      {{.name = "public_key", .placeholder = "FILE", .help = "check: the signatures too, by this key, PEM"},
       [](Settings& s, const Values& v) { return set_public_key(s.public_key, v); }},
      {kActionSpec, [](Settings& s, const Values& v) { return s.words = v, Result<void>(); }},
  }};
  return kOptions;
}

std::string day_text(UnixNanos day) { return to_iso8601(day).substr(0, 10); }

int check(const Settings& settings, Output& out) {
  if (settings.symbol.empty()) return complain({ErrorCode::kUsage, "certificate check: name one symbol with --symbol"});
  if (settings.from && *settings.from > *settings.date) {
    return complain({ErrorCode::kUsage, fmt::format("--from: {} is later than --date, {}: name an earlier day",
                                                    day_text(*settings.from), day_text(*settings.date))});
  }
  const history::CertificateKey key{settings.venue.value_or(Venue::kBinanceSpot), settings.symbol, *settings.date};
  const auto checked = history::check_certificate(settings.data_dir, {key, settings.from, settings.public_key});
  if (!checked) return complain(checked.error());
  for (const std::string& problem : checked->problems) complain(problem);
  out.write(fmt::format("{} {} {}: {} certificates, {} problems\n", to_string(key.venue), key.symbol, key.date(),
                        checked->days, checked->problems.size()));
  return checked->problems.empty() ? kExitDone : kExitBadInput;
}

Result<std::vector<std::pair<Venue, std::string>>> wanted_symbols(const Settings& settings) {
  using Symbols = std::vector<std::pair<Venue, std::string>>;
  if (!settings.symbol.empty()) return Symbols{{settings.venue.value_or(Venue::kBinanceSpot), settings.symbol}};
  auto symbols = history::recorded_symbols(settings.data_dir, *settings.date);
  if (!symbols) return symbols;
  std::erase_if(*symbols, [&](const auto& symbol) { return settings.venue && symbol.first != *settings.venue; });
  if (symbols->empty()) {
    return fail(ErrorCode::kUsage,
                fmt::format("nothing of {} is recorded in {}", day_text(*settings.date), settings.data_dir));
  }
  return symbols;
}

int make(const Settings& settings, Output& out) {
  const auto symbols = wanted_symbols(settings);
  if (!symbols) return complain(symbols.error());
  RealClock clock;
  int code = kExitDone;
  for (const auto& [venue, symbol] : *symbols) {
    const history::MakeCertificate what{{venue, symbol, *settings.date}, settings.is_partial, settings.private_key};
    const auto made = history::make_certificate(settings.data_dir, what, clock.now());
    // One that cannot be made keeps no other from it.
    if (made) {
      out.write(*made + "\n");
    } else {
      code = complain(made.error());
    }
  }
  return code;
}

int run(const Given& given) {
  Settings settings;
  const auto directory = data_dir_of(given);
  if (!directory) return complain(directory.error());
  settings.data_dir = *directory;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> checked = check_words(settings.words); !checked) return complain(checked.error());
  if (!settings.symbol.empty() && !is_segment_name(settings.symbol)) {
    return complain({ErrorCode::kUsage, fmt::format("--symbol: '{}' is no symbol", settings.symbol)});
  }
  Output out;
  return out.finish(settings.words[0] == "make" ? make(settings, out) : check(settings, out));
}

}  // namespace

Command certificate_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the action has no flag
  return {.name = "certificate",
          .summary = "A symbol's day: what was collected, what was missing, and whether it is still so",
          .options = std::move(flags),
          .positional = kActionSpec,
          .examples =
              "  acts certificate make --date 2026-01-31 --sign-key /etc/acts/certificate.pem\n"
              "  acts certificate check --symbol BTCUSDT --date 2026-01-31",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
