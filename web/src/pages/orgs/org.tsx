import { useState } from "preact/hooks";
import type { OrgRecord } from "../../api";
import { useDocument, write } from "../../core/document";
import { say } from "../../core/notices";
import { to, type PathParameters } from "../../core/router";
import { has, session } from "../../core/session";
import { ago } from "../../core/time";
import { Ago } from "../../parts/ago";
import { Button } from "../../parts/form";
import { Loading, Page, Trouble } from "../../parts/page";
import { ProfileForm } from "./profile";

/** An organisation, which its owner can change. */
export function Org({ orgId = "" }: PathParameters) {
  const { value, error } = useDocument("get-org", { orgId }, "org-" + orgId);
  const [edited, setEdited] = useState<OrgRecord>();
  const isMine = has("org") && session.value?.userId === orgId;
  const edit = isMine && value && !edited && <Button onClick={() => setEdited(value)}>Edit</Button>;
  return (
    <Page title={value?.name ?? "Organisation"} hint={value?.location} actions={edit}>
      <Trouble error={error} missing="There is no such organisation, or not yet." />
      {!value && !error && <Loading />}
      {value && edited && <Edit key={edited.version} from={edited} latest={value} onEdit={setEdited} />}
      {value && !edited && <Profile of={value} />}
      <p>
        <a href={to("/orgs")}>All organisations</a>
      </p>
    </Page>
  );
}

function Profile({ of }: { of: OrgRecord }) {
  return (
    <section class="section card" aria-label="Profile">
      <p class="description">{of.description || "Nothing more is said."}</p>
      <p class="hint">
        Created <Ago at={of.createdAt} />
        {of.version > 1 && (
          <>
            , changed <Ago at={of.updatedAt} />
          </>
        )}
        .
      </p>
    </section>
  );
}

/** Changes all of an organisation. Who has it open elsewhere too is told of what would be overwritten. */
function Edit(props: { from: OrgRecord; latest: OrgRecord; onEdit: (from: OrgRecord | undefined) => void }) {
  const { from, latest } = props;
  return (
    <section class="section card" aria-label="Edit">
      {latest.version > from.version && (
        <div class="notice" role="alert">
          <p>It was changed elsewhere {ago(latest.updatedAt)}, while you were at it. What you save takes the place of that.</p>
          <Button onClick={() => props.onEdit(latest)}>Start again from what is there</Button>
        </div>
      )}
      <ProfileForm
        label="Edit the organisation"
        of={from}
        button="Save"
        onCancel={() => props.onEdit(undefined)}
        save={async (profile) => {
          await write("org", "update-org", { orgId: from.id }, profile);
          props.onEdit(undefined);
          say("good", "Saved.");
        }}
      />
    </section>
  );
}
