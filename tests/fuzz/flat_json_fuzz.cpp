// Any bytes as one flat JSON object: what is taken is JSON to another reader too, and is read back as it was written.
#include <nlohmann/json.hpp>

#include <string>

#include "acts/base/assert.hpp"

#include "recording/flat_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  std::string quoted;
  append_json_string(quoted, text);
  ACTS_ASSERT(nlohmann::json::accept(quoted));
  const auto fields = parse_flat_json(text);
  if (!fields) {
    ACTS_ASSERT(fields.error().code == ErrorCode::kBadInput);
    return 0;
  }
  ACTS_ASSERT(fields->size() <= kMaxFlatFields);
  const auto json = nlohmann::json::parse(text);
  ACTS_ASSERT(json.is_object() && json.size() == fields->size());
  std::string again = "{";
  for (const FlatField& field : *fields) {
    const auto& value = json.at(field.key);
    ACTS_ASSERT(field.is_string ? value == field.text : value.is_number());
    if (again.size() > 1) again += ',';
    append_json_string(again, field.key);
    again += ':';
    if (field.is_string) {
      append_json_string(again, field.text);
    } else {
      again += field.text;
    }
  }
  again += '}';
  const auto back = parse_flat_json(again);
  ACTS_ASSERT(back && back->size() == fields->size());
  for (std::size_t i = 0; i < back->size(); ++i) {
    ACTS_ASSERT((*back)[i].key == (*fields)[i].key && (*back)[i].text == (*fields)[i].text);
  }
  return 0;
}
