#include "backtest/strategy_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <span>
#include <vector>

#include "acts/base/nearest_name.hpp"

namespace acts::backtest {
namespace {

std::unexpected<Error> unfit(const std::string& path, std::string_view why) {
  return fail(ErrorCode::kUsage, fmt::format("{}: {}", path, why));
}

}  // namespace

Result<const StrategyLibrary*> load_strategies(const std::string& path) {
  // With a slash in it the loader takes this file, and looks nowhere else.
  const std::string file = std::filesystem::absolute(path).lexically_normal().string();
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const why = ::dlerror();
    return unfit(path, fmt::format("it cannot be loaded: {}", why != nullptr ? why : "for no reason that is told"));
  }
  using Entry = const StrategyLibrary* (*)();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-cstyle-cast): dlsym() has no other form for functions
  const auto entry = reinterpret_cast<Entry>(::dlsym(handle, kStrategyLibrarySymbol));
  if (entry == nullptr) return unfit(path, "it is no library of strategies: ACTS_STRATEGY_LIBRARY is missing");
  const StrategyLibrary* const library = entry();
  if (library->interface_version != kStrategyInterface) {
    return unfit(path, fmt::format("it was built for interface {} of strategies, and this acts has {}: build it anew",
                                   library->interface_version, kStrategyInterface));
  }
  if (std::strcmp(library->compiler, __VERSION__) != 0) {
    return unfit(path, fmt::format("it was built by compiler {}, and this acts by {}: build it by the same",
                                   library->compiler, __VERSION__));
  }
  if (library->count == 0) return unfit(path, "there is no strategy in it");
  return library;
}

Result<const StrategyType*> strategy_type_of(const BacktestSettings& settings) {
  if (settings.library.empty()) return find_strategy(settings.strategy);
  const Result<const StrategyLibrary*> library = load_strategies(settings.library);
  if (!library) return std::unexpected(library.error());
  const std::span types((*library)->types, (*library)->count);
  if (settings.strategy.empty() && types.size() == 1) return &types.front();
  const auto found = std::ranges::find(types, std::string_view(settings.strategy), &StrategyType::name);
  if (found != types.end()) return &*found;
  std::vector<std::string_view> names;
  names.reserve(types.size());
  for (const StrategyType& type : types) names.push_back(type.name);
  return unfit(settings.library,
               fmt::format("no strategy '{}' in it: there is {}", settings.strategy, fmt::join(names, ", ")));
}

std::unexpected<Error> thrown_by_strategy(const char* what) {
  return fail(ErrorCode::kBadInput,
              fmt::format("the strategy threw: {}: what it cannot do it must handle itself", what));
}

}  // namespace acts::backtest
