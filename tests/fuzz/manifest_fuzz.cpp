// A manifest is any text: it is refused in one line, or it names files below the catalog alone and is written again as
// the same.
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/catalog/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  const auto manifest = history::parse_manifest({reinterpret_cast<const char*>(bytes), size});
  if (!manifest) return 0;
  for (const history::CatalogFile& file : manifest->files) {
    ACTS_ASSERT(file.path().starts_with("kind=") && !file.path().contains("/../"));
  }
  for (const std::string& path : manifest->replaced) {
    ACTS_ASSERT(path.starts_with("kind=") && !path.contains("/../"));
  }
  const Result<std::string> text = history::to_json(*manifest);
  if (!text) return 0;
  ACTS_ASSERT(history::parse_manifest(*text) == *manifest);
  return 0;
}
