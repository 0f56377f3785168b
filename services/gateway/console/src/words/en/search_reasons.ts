/** Words of why somebody looked for a face. */
export const searchReasons = {
  reading: "Why is being read …",
  gone: "Kafka no longer keeps why.",
  away: "Why cannot be read at present.",
};
