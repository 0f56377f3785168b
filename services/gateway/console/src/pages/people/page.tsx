import { useParams } from "wouter";
import { Named } from "./Named";
import { Person } from "./Person";
import "./people.css";

/** People: those with a name, those without, and what changed of them. */
export default function People() {
  const { classId } = useParams<{ classId?: string }>();
  return classId === undefined ? <Named /> : <Person classId={classId} key={classId} />;
}
