#include "backtest/run_identity.hpp"

#include <fmt/format.h>

#include <utility>

#include "acts/strategy/registry.hpp"

#include "backtest/bars/catalog_reader.hpp"
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

Result<std::vector<DataFile>> hashes_of(const std::vector<std::string>& paths) {
  std::vector<DataFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    Result<std::string> hash = hash_of(path);
    if (!hash) return std::unexpected(hash.error());
    files.push_back({path, *std::move(hash)});
  }
  return files;
}

std::string identity_of(const RunRequest& request, const Parameters& parameters, const std::vector<DataFile>& files) {
  std::string hashes;
  for (const DataFile& file : files) hashes += file.sha256 + "\n";
  return history::sha256_of(fmt::format("{}\n{}\n{}{}{}", request.version, request.settings.strategy, hashes,
                                        object_of(parameters.canonical()), request.configuration));
}

}  // namespace

Result<void> check_single(const BacktestSettings& settings) {
  if (settings.instruments.size() == 1) return {};
  return fail(ErrorCode::kUsage, fmt::format("{} instruments: a run takes one: one [data] and one [instrument]",
                                             settings.instruments.size()));
}

Result<PreparedRun> prepare_run(const RunRequest& request) {
  const BacktestSettings& settings = request.settings;
  if (const Result<void> single = check_single(settings); !single) return std::unexpected(single.error());
  const InstrumentSettings& of = settings.instruments.front();
  Result<BacktestInstrument> instrument = backtest_instrument(of.info);
  if (!instrument) return std::unexpected(instrument.error());
  const Result<const StrategyType*> type = strategy_type_of(settings);
  if (!type) return std::unexpected(type.error());
  Result<Parameters> parameters = parse_parameters((*type)->parameters, settings.parameters);
  if (!parameters) return std::unexpected(parameters.error());
  auto strategy = guarded([&] { return (*type)->make(*parameters); });
  if (!strategy) return std::unexpected(strategy.error());
  std::vector<std::string> paths = of.files;
  if (of.latency.file) paths.push_back(*of.latency.file);
  auto files = of.files.empty() ? catalog_data(of) : hashes_of(paths);
  if (!files) return std::unexpected(files.error());
  // Another library of the same name is another run.
  std::vector<DataFile> known = *files;
  if (!settings.library.empty()) {
    Result<std::string> sum = hash_of(settings.library);
    if (!sum) return std::unexpected(sum.error());
    known.push_back({settings.library, *std::move(sum)});
  }
  std::string identity = identity_of(request, *parameters, known);
  return PreparedRun{*std::move(instrument), *std::move(parameters), *std::move(strategy), *std::move(files),
                     std::move(identity)};
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
  for (const DataFile& file : files) {
    out +=
        fmt::format(R"({}{{"file":{},"sha256":"{}"}})", out.size() > 1 ? "," : "", json_text(file.path), file.sha256);
  }
  return out + "]";
}

}  // namespace acts::backtest
