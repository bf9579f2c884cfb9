#include "backtest/run_identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "backtest/bars/catalog_reader.hpp"
#include "backtest/catalog_market.hpp"
#include "backtest/run_strategy.hpp"
#include "backtest/run_text.hpp"
#include "backtest/strategy_library.hpp"
#include "history/signature.hpp"
#include "recording/byte_source.hpp"

namespace acts::backtest {
namespace {

constexpr std::size_t kNameDigits = 12;

Result<std::string> hash_of(const std::string& path) {
  auto source = open_file(path);
  if (!source) return std::unexpected(source.error());
  history::Sha256 digest;
  std::vector<char> buffer(std::size_t{256} << 10U);
  for (;;) {
    const Result<std::size_t> count = (*source)->read(buffer);
    if (!count) return fail(count.error().code, fmt::format("{}: {}", path, count.error().message));
    if (*count == 0) return digest.finish();
    digest.add({buffer.data(), *count});
  }
}

// A file is read several times, and a pipe's other end may never come.
Result<void> check_is_file(const std::string& path) {
  if (!can_be_read_once_only(path)) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{}: it is no file but a pipe or a device, and data is read more than once: write it to a "
                          "file first",
                          path));
}

// Its events would all come twice. Of what there is nothing in, as of two hours without a message, nothing does.
Result<void> check_no_file_twice(const std::vector<DataFile>& files) {
  const std::string nothing = history::Sha256().finish();
  std::map<std::string_view, const DataFile*> known;
  for (const DataFile& file : files) {
    const auto [same, is_new] = known.emplace(file.sha256, &file);
    if (is_new || file.sha256 == nothing) continue;
    return fail(ErrorCode::kUsage, fmt::format("files in [data]: {} is {} once more, byte by byte: take one out",
                                               file.path, same->second->path));
  }
  return {};
}

Result<std::vector<DataFile>> hashes_of(const std::vector<std::string>& paths) {
  std::vector<DataFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    if (const Result<void> checked = check_is_file(path); !checked) return std::unexpected(checked.error());
    Result<std::string> hash = hash_of(path);
    if (!hash) return std::unexpected(hash.error());
    files.push_back({path, *std::move(hash)});
  }
  return files;
}

Result<std::vector<DataFile>> market_data_of(const InstrumentSettings& settings, bool is_bars) {
  if (settings.files.empty()) return is_bars ? catalog_data(settings) : catalog_book_data(settings);
  Result<std::vector<DataFile>> files = hashes_of(settings.files);
  if (!files) return files;
  if (Result<void> checked = check_no_file_twice(*files); !checked) return std::unexpected(checked.error());
  return files;
}

Result<std::vector<DataFile>> feature_data_of(const InstrumentSettings& settings) {
  std::vector<DataFile> files;
  for (const std::string& path : feature_files(settings)) {
    Result<std::optional<std::string>> rows = feature_digest(settings, path);
    if (!rows) return std::unexpected(rows.error());
    Result<std::string> sum = *rows ? Result<std::string>(**std::move(rows)) : hash_of(path);
    if (!sum) return std::unexpected(sum.error());
    files.push_back({path, *std::move(sum)});
  }
  return files;
}

Result<std::vector<DataFile>> data_of(const InstrumentSettings& settings, bool is_bars) {
  std::vector<std::string> paths;
  if (settings.latency.file) paths.push_back(*settings.latency.file);
  if (!settings.funding_file.empty()) paths.push_back(settings.funding_file);
  Result<std::vector<DataFile>> market = market_data_of(settings, is_bars);
  if (!market) return market;
  Result<std::vector<DataFile>> others = hashes_of(paths);
  if (!others) return others;
  market->insert(market->end(), std::move_iterator(others->begin()), std::move_iterator(others->end()));
  Result<std::vector<DataFile>> features = feature_data_of(settings);
  if (!features) return features;
  market->insert(market->end(), std::move_iterator(features->begin()), std::move_iterator(features->end()));
  return market;
}

std::string identity_of(const RunRequest& request, const std::map<std::string, std::string>& parameters,
                        const std::vector<DataFile>& files) {
  if (request.replayed) return request.replayed->identity;
  history::Sha256 digest;
  digest.add(fmt::format("{}\n{}\n", request.version, request.settings.strategy));
  for (const DataFile& file : files) digest.add(file.sha256 + "\n");
  digest.add(object_of(parameters));
  digest.add(request.configuration);
  digest.add(request.overrides);
  return digest.finish();
}

std::string broken_run_json(const RunRequest& request, const PreparedRun& prepared, const Error& error) {
  return fmt::format(
      R"({{"broken_off":{},"configuration":{},"configuration_file":{},"data":{},"id":"{}","parameters":{},"strategy":{},)"
      R"("version":{}}})",
      json_text(error.message), json_text(request.configuration), json_text(request.configuration_file), prepared.data,
      prepared.identity, object_of(prepared.parameters), json_text(request.settings.strategy),
      json_text(request.version));
}

}  // namespace

Result<std::vector<DataFile>> data_files(const BacktestSettings& settings) {
  std::vector<DataFile> all;
  for (const InstrumentSettings& of : settings.instruments) {
    Result<std::vector<DataFile>> files = data_of(of, settings.is_bars);
    if (!files) return files;
    all.insert(all.end(), std::move_iterator(files->begin()), std::move_iterator(files->end()));
  }
  return all;
}

Result<std::vector<DataFile>> known_files(const BacktestSettings& settings) {
  Result<std::vector<DataFile>> files = data_files(settings);
  if (!files || settings.library.empty()) return files;
  Result<std::string> sum = hash_of(settings.library);
  if (!sum) return std::unexpected(sum.error());
  files->push_back({settings.library, *std::move(sum)});
  return files;
}

Result<std::vector<BacktestInstrument>> backtest_instruments(const BacktestSettings& settings) {
  std::vector<BacktestInstrument> instruments;
  instruments.reserve(settings.instruments.size());
  for (const InstrumentSettings& of : settings.instruments) {
    Result<BacktestInstrument> instrument = backtest_instrument(of.info);
    if (!instrument) return std::unexpected(instrument.error());
    const auto same = std::ranges::count_if(
        settings.instruments, [&of](const InstrumentSettings& other) { return other.info.symbol == of.info.symbol; });
    if (same > 1) instrument->name = fmt::format("{}:{}", to_string(of.info.venue), of.info.symbol);
    instruments.push_back(*std::move(instrument));
  }
  return instruments;
}

std::unexpected<Error> of_instrument(const BacktestSettings& settings, const BacktestInstrument& instrument,
                                     const Error& error) {
  if (settings.instruments.size() == 1) return std::unexpected(error);
  return fail(error.code, fmt::format("{}: {}", instrument.name, error.message));
}

Result<PreparedRun> prepare_run(const RunRequest& request) {
  const BacktestSettings& settings = request.settings;
  Result<std::vector<BacktestInstrument>> instruments = backtest_instruments(settings);
  if (!instruments) return std::unexpected(instruments.error());
  Result<MadeRunStrategy> made = make_run_strategy(request);
  if (!made) return std::unexpected(made.error());
  const Result<Wants> wants = guarded([&made]() -> Result<Wants> { return made->strategy->wants(); });
  if (!wants) return std::unexpected(wants.error());
  const Result<StoredColumns> stored = StoredColumns::of(settings);
  if (!stored) return std::unexpected(stored.error());
  if (Result<void> fits = check_wants(*wants, settings, *stored); !fits) return std::unexpected(fits.error());
  Result<std::vector<DataFile>> files = data_files(settings);
  if (!files) return std::unexpected(files.error());
  std::string data = data_json(*files);
  data.shrink_to_fit();
  std::string library = request.replayed ? request.replayed->library : "null";
  // Another library of the same name is another run, and so is one that goes on from another state.
  for (const std::string& path : {settings.library, request.restore}) {
    if (path.empty() || request.replayed) continue;
    Result<std::string> sum = hash_of(path);
    if (!sum) return std::unexpected(sum.error());
    files->push_back({path, *std::move(sum)});
    if (path == settings.library) library = file_json(files->back());
  }
  std::string identity = identity_of(request, made->parameters, *files);
  return PreparedRun{*std::move(instruments), std::move(made->parameters), std::move(made->strategy), wants->features,
                     std::move(data),         std::move(library),          std::move(identity)};
}

Result<void> check_wants(const Wants& wants, const BacktestSettings& settings, const StoredColumns& stored) {
  if (!stored.empty()) {
    if (Result<void> has = stored.check(wants.features); !has) return has;
  } else if (settings.is_bars && !wants.features.empty()) {
    return fail(ErrorCode::kUsage,
                "the strategy wants features, which are made of order books and trades, and these are bars: take kind "
                "out of [data], with recordings as files, of whose trades [bars] makes bars");
  } else if (!wants.features.empty()) {
    const Result<FeaturePlan> plan = FeaturePlan::make(wants.features, settings.features);
    if (!plan) return std::unexpected(plan.error());
  }
  if (settings.is_bars && (wants.book || wants.trades) && !wants.bars) {
    return fail(ErrorCode::kUsage,
                "the strategy is told of order books and trades alone, and these are bars: take kind out of [data], "
                "with recordings as files");
  }
  if (settings.is_bars || !wants.bars || settings.bar_interval) return {};
  return fail(ErrorCode::kUsage,
              "the strategy is told of bars, and these are order books: say how long bars of their trades are, "
              "such as interval = \"1m\" in [bars], or take candles: kind = \"bars\" in [data]");
}

namespace {

Result<void> check_quantities(std::string_view strategy, const StrategyNeeds& needs, const BacktestSettings& settings) {
  for (std::size_t i = 0; needs.base_quantities && i < needs.instruments; ++i) {
    const sim::Contract& contract = settings.instruments[i].contract;
    if (contract.kind == sim::ContractKind::kLinear && contract.size == Decimal{1, 0}) continue;
    return fail(
        ErrorCode::kUsage,
        fmt::format("{} takes one quantity of all its instruments, base asset, and {} of {} is of contracts, "
                    "{} of size {}: take one that is linear and of size 1",
                    strategy, settings.instruments[i].info.symbol, to_string(settings.instruments[i].info.venue),
                    to_string(contract.kind), to_string(contract.size)));
  }
  return {};
}

}  // namespace

Result<void> check_needs(std::string_view strategy, const StrategyNeeds& needs, const BacktestSettings& settings) {
  if (needs.book && settings.is_bars) {
    return fail(ErrorCode::kUsage, fmt::format("{} needs an order book, and these are bars: take kind out of [data], "
                                               "with recordings as files",
                                               strategy));
  }
  if (settings.instruments.size() < needs.instruments) {
    return fail(ErrorCode::kUsage, fmt::format("{} needs {} instruments, and this run has {}: add a [[data]] and an "
                                               "[[instrument]] of each",
                                               strategy, needs.instruments, settings.instruments.size()));
  }
  if (const Result<void> same = check_quantities(strategy, needs, settings); !same) return same;
  if (!needs.funding) return {};
  const InstrumentSettings& of = settings.instruments[needs.instruments - 1];
  if (of.info.venue == Venue::kBinanceSpot) {
    return fail(ErrorCode::kUsage,
                fmt::format("{} goes by the funding of instrument {}, and {} of {} has none: name the contract there",
                            strategy, needs.instruments, of.info.symbol, to_string(of.info.venue)));
  }
  if (!settings.is_bars || funding_source_of(of) == FundingSource::kFile) return {};
  return fail(ErrorCode::kUsage, fmt::format("{} goes by the funding of {}, and bars announce none: name a file in "
                                             "[funding]",
                                             strategy, of.info.symbol));
}

std::unexpected<Error> broken_off(const RunRequest& request, const PreparedRun& prepared, RunFolder* folder,
                                  const Error& error) {
  if (folder == nullptr || !request.isolate || request.compared) return std::unexpected(error);
  const Result<void> kept = folder->break_off(broken_run_json(request, prepared, error));
  return std::unexpected(kept ? error : kept.error());
}

std::string folder_of(const RunRequest& request, const PreparedRun& prepared) {
  std::string folder = request.folder;
  if (const std::size_t at = folder.find("{}"); at != std::string::npos) {
    folder.replace(at, 2, prepared.identity.substr(0, kNameDigits));
  }
  return folder;
}

std::string object_of(const std::map<std::string, std::string>& texts) {
  std::string out = "{";
  for (const auto& [key, value] : texts) {
    out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", json_text(key), json_text(value));
  }
  return out + "}";
}

std::string data_json(const std::vector<DataFile>& files) {
  std::string out = "[";
  for (const DataFile& file : files) out += (out.size() > 1 ? "," : "") + file_json(file);
  return out + "]";
}

std::string file_json(const DataFile& file) {
  return fmt::format(R"({{"file":{},"sha256":{}}})", json_text(file.path), json_text(file.sha256));
}

}  // namespace acts::backtest
